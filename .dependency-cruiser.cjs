/**
 * Imports go one way. Each row names a room of the house and the rooms that it may use; everything else is refused.
 * An entry of `rooms` is the beginning of a path; packages are checked apart, below.
 */
const directions = [
  { room: "topology", mayUse: [] },
  { room: "trust", mayUse: ["topology"] },
  { room: "access", mayUse: ["topology"] },
  { room: "preflight", mayUse: ["access", "trust", "topology"] },
  { room: "diagnosis", mayUse: ["topology"] },
  { room: "components", mayUse: ["trust", "topology"] },
  { room: "stacks", mayUse: ["components", "diagnosis", "engine", "trust", "topology", "access", "preflight"] },
  { room: "engine", mayUse: ["topology"] },
  {
    room: "operations",
    mayUse: ["engine", "diagnosis", "stacks", "components", "trust", "topology", "access", "preflight"],
  },
  { room: "policy", mayUse: [] },
  { room: "lab", mayUse: ["trust", "topology"] },
  { room: "cli", mayUse: ["operations", "trust", "topology", "lab"] },
  { room: "api", mayUse: ["operations", "engine", "stacks", "components", "trust", "topology", "access", "preflight"] },
  { room: "index\\.ts", mayUse: ["stacks", "topology"] },
];

/** Everything that is ours and no package. */
const rooms = [
  "topology",
  "trust",
  "access",
  "preflight",
  "diagnosis",
  "components",
  "stacks",
  "engine",
  "operations",
  "policy",
  "lab",
  "cli",
  "api",
  "bench",
  "test",
  "docs",
  "bin",
  "index\\.ts",
];

const directionRules = directions.map(({ room, mayUse }) => ({
  name: `${room.replace("\\.ts", "")}-imports-one-way`,
  comment: `${room} may import ${["itself", ...mayUse].join(", ")} and no other room.`,
  severity: "error",
  from: { path: start([room]) },
  to: { path: start(rooms), pathNot: start([room, ...mayUse]) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...directionRules,
    {
      name: "topology-is-pure",
      comment: "What follows from a configuration must not depend on the machine: no package but zod, nothing of Node.",
      severity: "error",
      from: { path: start(["topology"]) },
      to: { dependencyTypesNot: ["local"], pathNot: "(^|/)node_modules/zod/" },
    },
    {
      name: "trust-is-pure",
      comment:
        "Certificates are judged by what they say alone: node:crypto reads them, and the command line loads it at once.",
      severity: "error",
      from: { path: start(["trust"]) },
      to: { dependencyTypesNot: ["local"], pathNot: "^(?:node:)?crypto$" },
    },
    {
      name: "pure-helpers-without-pulumi",
      comment: "Pure helpers of components are tested as functions: values in, values out.",
      severity: "error",
      from: { path: "^components/internal/" },
      to: { path: "(^|/)node_modules/@pulumi/" },
    },
    {
      name: "internal-is-internal",
      comment:
        "What is in components/internal may change with any component: others take what components export. Tests and benchmarks look at it.",
      severity: "error",
      from: { path: start(rooms), pathNot: start(["components", "test", "bench"]) },
      to: { path: "^components/internal/" },
    },
    {
      name: "access-without-pulumi",
      comment: "Reaching clusters must work without an engine: the command line does it too.",
      severity: "error",
      from: { path: start(["access", "preflight", "lab"]) },
      to: { path: "(^|/)node_modules/@pulumi/", pathNot: "(^|/)node_modules/@pulumi/pulumi/proto/" },
    },
    {
      name: "pages-without-pulumi",
      comment: "Pictures and pages are functions of plain documents: values in, text out.",
      severity: "error",
      from: { path: start(["operations/graph", "operations/report"]) },
      to: { path: "(^|/)node_modules/@pulumi/" },
    },
    {
      name: "rules-without-pulumi",
      comment: "A rule is tested as a function of plain properties; shell.ts and pack.ts alone know Pulumi.",
      severity: "error",
      from: { path: start(["policy"]), pathNot: "^policy/(shell|pack)\\.ts$" },
      to: { path: "(^|/)node_modules/@pulumi/" },
    },
    {
      name: "cli-on-the-library-alone",
      comment:
        "What the command line can do any Node program can: it works through MeshDeployment, or the offline authority, which needs no stack, and knows types beside.",
      severity: "error",
      from: { path: start(["cli"]) },
      to: {
        path: start(["operations"]),
        pathNot: start(["operations/deployment", "operations/authority"]),
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or three.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "only-declared-packages",
      comment: "A package that package.json does not name may be gone after the next install.",
      severity: "error",
      from: { pathNot: start(["test", "bench"]) },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|dist|\\.lab|bench/results|test/fixtures)/" },
    // A type that is imported against the direction binds two rooms as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".cjs", ".mjs", ".json"] },
  },
};

function start(paths) {
  return `^(${paths.map((path) => (path.endsWith("ts") && path.includes(".") ? `${path}$` : `${path}/`)).join("|")})`;
}
