import type { Subject } from "../subjects";
import { der, objectIdentifier, sequence } from "./der-writing";

const utf8String = 0x0c;
const set = 0x31;

/** A subject in DER, its parts in the order in which openssl's configurations of Istio's tools/certs have them. */
export function subjectName({ organization, organizationalUnit, commonName, locality }: Subject): Buffer {
  const parts: readonly (readonly [id: string, value: string | undefined])[] = [
    ["2.5.4.10", organization],
    ["2.5.4.11", organizationalUnit],
    ["2.5.4.3", commonName],
    ["2.5.4.7", locality],
  ];
  return sequence(
    ...parts.flatMap(([id, value]) =>
      value === undefined || value === ""
        ? []
        : [der(set, sequence(objectIdentifier(id), der(utf8String, Buffer.from(value, "utf8"))))],
    ),
  );
}

/** The subject of a workload: its identity is a URI, and no more is said of it, as in istiod's own. */
export const emptyName: Buffer = sequence();
