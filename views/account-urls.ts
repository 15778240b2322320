/** Where the account page's forms and scripts go; the same for every person. */
export const accountUrls = {
  page: '/account',
  confirmOptions: '/account/confirm/options',
  confirm: '/account/confirm',
  addOptions: '/account/passkeys/options',
  add: '/account/passkeys',
  rename: '/account/passkeys/rename',
  remove: '/account/passkeys/remove',
  endSession: '/account/sessions/end',
  endOtherSessions: '/account/sessions/end-others',
  disconnectApp: '/account/apps/disconnect',
  profile: '/account/profile',
  language: '/account/language',
  signOut: '/session/end',
} as const;
