/** Prints the tables of docs/faults.md, of faults alone and of two at once, from the file of results that is its argument. */
import { readFileSync } from "node:fs";
import { resultsTable, type FaultResult } from "./results";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("table.ts: expected the file of results as its argument, found none");
const results = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as FaultResult);
const isOfTwo = ({ name }: FaultResult): boolean => name.includes(" ");
for (const rows of [results.filter((result) => !isOfTwo(result)), results.filter(isOfTwo)]) {
  if (rows.length > 0) process.stdout.write(`${resultsTable(rows)}\n\n`);
}
