/** Where the picture of a model is: the address changes with the picture, so browsers keep it for good. */
export const iconUrl = (aaguid: string, icon: string) => `/models/${aaguid}/${icon}.png`;
