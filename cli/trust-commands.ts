import { InvalidArgumentError, Option, type Command } from "commander";
import { documentationPage } from "../operations/deployment/documentation";
import {
  parallelOption,
  parseSeconds,
  withOperationOptions,
  withOutputOption,
  withStackOptions,
  withYesOption,
  type OperationFlags,
} from "./options";
import type * as TrustVerbs from "./verbs/trust";
import type * as TrustCleanVerb from "./verbs/trust-clean";
import type * as TrustFetchVerb from "./verbs/trust-fetch";
import type * as TrustRequestsVerb from "./verbs/trust-requests";
import type * as TrustRevokeVerb from "./verbs/trust-revoke";
import type * as TrustRotateVerb from "./verbs/trust-rotate";
import type * as TrustStatusVerb from "./verbs/trust-status";

/** Lifetimes in days: those of `trust` in the configuration, and of a workload that of Istio's tools/certs. */
const lifetimes = { root: 1825, intermediate: 365, workload: 1 } as const;

/**
 * Adds `isthmus trust` and its verbs, which need no stack.
 * @param load As `require`: a verb's module is loaded when the verb is used.
 */
export function addTrust(isthmus: Command, load: (module: string) => unknown): void {
  const verbs = (): typeof TrustVerbs => load("./verbs/trust") as typeof TrustVerbs;
  const trust = isthmus
    .command("trust")
    .description("where the mesh's certificates stand, and certificate authorities whose keys stay away from the stack")
    .addHelpText("after", `\n${documentationPage("trust.md")} has the steps.`);

  withOutputOption(trust.command("root"))
    .description("make a root CA: root-cert.pem, and root-key.pem, which stays offline")
    .argument("[directory]", "that gets them", ".")
    .addOption(meshOption())
    .addOption(keyOption())
    .addOption(lifetimeOption(lifetimes.root))
    .action((directory: string, flags: TrustVerbs.RootFlags) => verbs().trustRootVerb(directory, flags));

  withOperationOptions(trust.command("status"))
    .description("say where every cluster stands: roots, who signs, and which proxies have not followed yet")
    .addHelpText("after", aboutStatus)
    .action((flags: OperationFlags) => (load("./verbs/trust-status") as typeof TrustStatusVerb).trustStatusVerb(flags));

  withOperationOptions(trust.command("rotate"))
    .description(
      "change the root that the stack makes, step by step: says what is next and why it is safe, and does it with --yes",
    )
    .option(
      "--to <name>",
      "go to this root, which is made where it is not there yet (default: where the change under way leads)",
    )
    .option("--roll-back", "go back to the root that the change under way began with")
    .option("-y, --yes", "do the next step: edit the stack's file and run the update (default: a dry run)")
    .addOption(
      waitOption(
        "with --yes: wait so long in all until proxies have followed (30m, 13h), and go on with the steps after",
      ),
    )
    .addOption(parallelOption())
    .addHelpText("after", aboutRotate)
    .action((flags: TrustRotateVerb.TrustRotateFlags) =>
      (load("./verbs/trust-rotate") as typeof TrustRotateVerb).trustRotateVerb(flags),
    );

  withOperationOptions(trust.command("revoke"))
    .description(
      "for a stolen key: give an istiod another one, then revoke the former one's certificate in every cluster",
    )
    .argument("[cluster]", "whose istiod's key was stolen")
    .option("--now", "revoke at once, before workloads have followed: their calls fail until they have")
    .option("--lift", "give back what was revoked")
    .option("--renew", "make the lists anew, with CAs that have come since")
    .option("-y, --yes", "do it: edit the stack's file and run the updates (default: say what would be done)")
    .addOption(
      waitOption("with --yes: wait so long in all until proxies have followed (30m, 13h)").default(1800, "30m"),
    )
    .addOption(parallelOption())
    .addHelpText("after", aboutRevoke)
    .action((cluster: string | undefined, flags: TrustRevokeVerb.TrustRevokeFlags) =>
      (load("./verbs/trust-revoke") as typeof TrustRevokeVerb).trustRevokeVerb(cluster, flags),
    );

  withStackOptions(trust.command("requests"))
    .description("write the signing requests of a stack, one for each cluster: east.csr; asks the stack")
    .argument("[directory]", "that gets them", ".")
    .action((directory: string, flags: TrustRequestsVerb.RequestsFlags) =>
      (load("./verbs/trust-requests") as typeof TrustRequestsVerb).trustRequestsVerb(directory, flags),
    );

  withSigningOptions(withOutputOption(trust.command("sign")))
    .description("sign the requests of clusters with the root: ca-cert.pem, cert-chain.pem and root-cert.pem for each")
    .argument("<requests...>", "files with a signing request each, whose subject names its cluster (L)")
    .option("--cluster <name>", "refuse requests of any other cluster")
    .action((requests: string[], flags: TrustVerbs.SignFlags) => verbs().trustSignVerb(requests, flags));

  withSigningOptions(withOutputOption(trust.command("intermediate")))
    .description("make an intermediate CA for each cluster, key and all: ca-key.pem beside what `sign` makes")
    .argument("<clusters...>", "names of the clusters")
    .addOption(meshOption())
    .addOption(keyOption())
    .action((clusters: string[], flags: TrustVerbs.IntermediateFlags) =>
      verbs().trustIntermediateVerb(clusters, flags),
    );

  withOutputOption(trust.command("crl"))
    .description("make revocation lists, one of each CA whose key is given; empty where nothing is revoked")
    .argument("<directories...>", "with root-cert.pem and root-key.pem, or ca-cert.pem and ca-key.pem")
    .option("--revoke <certificates...>", "files with certificates that count no more")
    .option("--from <file>", "lists that stand: what they revoke stays revoked, and those of other CAs are taken over")
    .option("--out <file>", "file that gets them", "revocations.pem")
    .action((directories: string[], flags: TrustVerbs.CrlFlags) => verbs().trustCrlVerb(directories, flags));

  withOutputOption(trust.command("workload"))
    .description("make the certificate of a machine outside Kubernetes: key.pem, cert-chain.pem and root-cert.pem")
    .requiredOption("--namespace <name>", "the workload's namespace")
    .option("--service-account <name>", "its service account", "default")
    .requiredOption("--trust-domain <name>", "the mesh's trust domain, by default <id>.internal")
    .requiredOption("--ca <directory>", "directory with ca-key.pem, cert-chain.pem and root-cert.pem of its cluster")
    .option("--out <directory>", "directory that gets one for the workload", ".")
    .addOption(keyOption())
    .addOption(lifetimeOption(lifetimes.workload))
    .action((flags: TrustVerbs.WorkloadFlags) => verbs().trustWorkloadVerb(flags));

  withOutputOption(trust.command("fetch-root"))
    .description("fetch the root of a cluster's istiod, with its key where istiod made it itself; asks that cluster")
    .argument("[directory]", "that gets root-cert.pem, and root-key.pem where the cluster has it", ".")
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: the variable KUBECONFIG, else ~/.kube/config)")
    .action((directory: string, flags: TrustFetchVerb.FetchFlags) =>
      (load("./verbs/trust-fetch") as typeof TrustFetchVerb).trustFetchVerb(directory, flags),
    );

  withYesOption(withOutputOption(trust.command("clean")))
    .description("remove what these verbs made in a directory and in those in it, keys too; asks before")
    .argument("[directory]", "that has it", ".")
    .action((directory: string, flags: TrustCleanVerb.CleanFlags) =>
      (load("./verbs/trust-clean") as typeof TrustCleanVerb).trustCleanVerb(directory, flags),
    );
}

function withSigningOptions(command: Command): Command {
  return command
    .option("--root <directory>", "directory with root-cert.pem and root-key.pem", ".")
    .option("--out <directory>", "directory that gets one for each cluster", ".")
    .addOption(lifetimeOption(lifetimes.intermediate));
}

function meshOption(): Option {
  return new Option("--mesh <id>", "the mesh's id, for the subject").makeOptionMandatory();
}

function keyOption(): Option {
  return new Option("--key-algorithm <name>", "of the key").choices(["ecdsa-p256", "rsa-4096"]).default("ecdsa-p256");
}

function lifetimeOption(days: number): Option {
  return new Option("--lifetime <days>", "how long the certificate is valid").default(days).argParser((text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count > 0 && count <= 3650) return count;
    throw new InvalidArgumentError("Give a whole number of days from 1 to 3650.");
  });
}

function waitOption(description: string): Option {
  return new Option("--wait <duration>", description).argParser(parseSeconds);
}

const aboutRotate = `
Reads the stack's file, what the last update said and the clusters, every running proxy among them; without --yes it changes
nothing. It can be killed and run again at any moment. Exits with 1 when calls fail as the mesh stands, or --yes could do
nothing yet. ${documentationPage("trust.md#by-one-command")} leads through it.`;

const aboutRevoke = `
Reads the stack's file, its state and the clusters, every running proxy among them; without --yes it changes nothing. It can
be killed and run again at any moment. Exits with 1 when something has not followed in time.
${documentationPage("trust.md#when-a-key-is-stolen")} leads through it.`;

const aboutStatus = `
Reads the clusters alone, every running proxy among them, and changes nothing. Exits with 1 when a handshake fails as the
mesh stands, a certificate is past its end, or a cluster could not be read.
${documentationPage("trust.md#where-a-mesh-stands")} says what it tells.`;
