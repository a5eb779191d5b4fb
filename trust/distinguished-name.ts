import { childrenOf, objectIdentifier, type DerElement } from "./der";
import { attributeNames } from "./object-identifiers";

/** A part of a distinguished name: `L`, `east`. */
export type NamePart = readonly [attribute: string, value: string];

const bmpString = 0x1e;

/** The parts of a Name (RFC 5280, 4.1.2.4) in their order. */
export function readName(name: DerElement | undefined): NamePart[] {
  return childrenOf(name)
    .flatMap((set) => childrenOf(set))
    .flatMap((pair): NamePart[] => {
      const [id, value] = childrenOf(pair);
      if (id === undefined || value === undefined) return [];
      const number = objectIdentifier(id);
      return [[attributeNames[number] ?? number, textOf(value)]];
    });
}

function textOf({ tag, content }: DerElement): string {
  const isWide = tag === bmpString && content.length % 2 === 0;
  return isWide ? Buffer.from(content).swap16().toString("utf16le") : content.toString("utf8");
}
