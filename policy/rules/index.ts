import type { Rule } from "../rule";
import { namedApiServers, publicApiServers } from "./api-server";
import { generatedRoot } from "./generated-root";
import { keySize } from "./key-size";
import { lifetime } from "./lifetime";
import { permissiveMutualTls, strictMutualTls } from "./mutual-tls";
import { pinnedCharts, pinnedImages } from "./pinned";
import { makefileCertificates, sampleCertificates } from "./sample-certificates";

/** All rules of the pack. docs/policy.md has a row for each. */
export const rules: readonly Rule[] = [
  generatedRoot,
  keySize,
  lifetime,
  sampleCertificates,
  makefileCertificates,
  permissiveMutualTls,
  strictMutualTls,
  publicApiServers,
  namedApiServers,
  pinnedCharts,
  pinnedImages,
];
