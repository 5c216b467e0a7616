export const billingEvents = {} as const;
