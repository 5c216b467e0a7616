export const contactEvents = {} as const;
