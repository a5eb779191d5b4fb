/** Variables of one process. */
export type Variables = Readonly<Record<string, string>>;
