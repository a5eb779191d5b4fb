/** How the language host runs programs. */
export default function runtime(): Record<string, unknown> {
  return { nodeArguments: process.execArgv, typescript: process.env["PULUMI_NODEJS_TYPESCRIPT"] ?? "false" };
}
