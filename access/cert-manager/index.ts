export { awaitIssued, NotIssuedError, type IssuedChain } from "./await-issued";
export * from "./objects";
