/** oidc-provider hands over its forms as text; ours have a look of their own. */
export function formFields(form: string): { action: string; xsrf: string } {
  const action = /action="([^"]+)"/.exec(form)?.[1];
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(form)?.[1];
  if (!action || !xsrf) throw new Error('a form of oidc-provider has changed');
  return { action, xsrf };
}
