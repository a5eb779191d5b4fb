import type { Cause } from "../cause";

/** A cause, before it is said of what. */
export type Finding = Omit<Cause, "cluster" | "subject">;
