/** Prints the table of docs/faults.md from the file of results that is its argument. */
import { readFileSync } from "node:fs";
import { resultsTable, type FaultResult } from "./results";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("table.ts: expected the file of results as its argument, found none");
const lines = readFileSync(file, "utf8").trim().split("\n");
process.stdout.write(`${resultsTable(lines.map((line) => JSON.parse(line) as FaultResult))}\n`);
