import program from "../../../index";

/** The product's own program. Its configuration is `isthmus:mesh`; the input says nothing. */
export default function mesh(): Promise<unknown> {
  return program();
}
