export * from "./intermediate-ca";
export * from "./root-ca";
