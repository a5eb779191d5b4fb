export { cacheDirectory } from "./cache";
export { certManagerImage, ensureCertManager, type CertManagerTools } from "./cert-manager";
export { builtTools, ensureTools } from "./ensure";
export { checkPrerequisites } from "./prerequisites";
export type { Toolbox } from "./toolbox";
