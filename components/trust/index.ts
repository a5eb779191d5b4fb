export { GeneratedTrust } from "./generated-trust";
export * from "./intermediate-ca";
export * from "./root-ca";
export { intermediateFrom, type Intermediate, type IntermediateArgs, type Trust } from "./trust";
