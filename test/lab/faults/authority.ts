import { makeCa, privateKeyPem, type CaOptions } from "../../support/authorities";
import { kubectl } from "../lab-stack";
import { asTheHintSays, byHand, refresh, repair, repairDrift, type LabFault } from "./fault";
import { changeData, inSystem, rolledOut, shop } from "./objects";

const inShop = ["--namespace", shop] as const;

/** Gives the istiod of west another CA, whole. @returns What it was given before. */
async function giveAuthority(of: CaOptions = {}): Promise<Readonly<Record<string, string>>> {
  const root = await makeCa({ subject: "O=Elsewhere, CN=Root CA", from: -10 });
  const intermediate = await makeCa({ subject: "O=Elsewhere, CN=Intermediate CA, L=west", issuer: root, ...of });
  const [rootPem, pem] = [root.certificate.toString(), intermediate.certificate.toString()];
  let former: Readonly<Record<string, string>> = {};
  await changeData("west", "secret", "cacerts", (data) => {
    former = data;
    return {
      "ca-cert.pem": pem,
      "ca-key.pem": privateKeyPem(intermediate),
      "cert-chain.pem": pem,
      "root-cert.pem": rootPem,
    };
  });
  return former;
}

/** Has the istiod of west take up what its Secret says. */
async function restartIstiod(): Promise<void> {
  await kubectl("west", ...inSystem, "rollout", "restart", "deployment", "istiod");
  await rolledOut("west", "istiod");
}

/** What is done to the CA of an istiod. */
export const authorityFaults: readonly LabFault[] = [
  {
    name: "cacerts-deleted",
    done: "deleted the Secret `cacerts` of west",
    causes: ["intermediate-missing west"],
    inject: () => kubectl("west", ...inSystem, "delete", "secret", "cacerts"),
    mend: refresh,
  },
  {
    name: "cacerts-without-key",
    done: "made `cacerts` of west without `ca-key.pem`",
    causes: ["intermediate-incomplete west"],
    inject: () => changeData("west", "secret", "cacerts", () => ({ "ca-key.pem": null })),
    mend: repair,
  },
  {
    name: "cacerts-without-root",
    done: "made `cacerts` of west with an empty `root-cert.pem`",
    causes: ["intermediate-incomplete west"],
    inject: () => changeData("west", "secret", "cacerts", () => ({ "root-cert.pem": "\n" })),
    mend: repair,
  },
  {
    name: "cacerts-with-another-key",
    done: "stored the key of another CA in `cacerts` of west",
    causes: ["intermediate-key west"],
    inject: async () => {
      const another = await makeCa();
      await changeData("west", "secret", "cacerts", () => ({ "ca-key.pem": privateKeyPem(another) }));
    },
    mend: repair,
  },
  {
    name: "intermediate-ended",
    done: "gave west an intermediate that ended yesterday",
    causes: ["certificate-lifetime west"],
    inject: () => giveAuthority({ from: -5, until: -1 }),
    mend: repair,
  },
  {
    name: "intermediate-not-yet-valid",
    done: "gave west an intermediate that is valid from tomorrow, signed by a clock that is ahead",
    causes: ["certificate-lifetime west"],
    inject: () => giveAuthority({ from: 1, until: 20 }),
    mend: repair,
  },
  {
    name: "intermediate-of-another-root",
    done: "gave west an intermediate that another root signed, beside the mesh's root",
    causes: ["certificate-chain west"],
    inject: async () => {
      const elsewhere = await makeCa({ subject: "O=Elsewhere, CN=Root CA" });
      const intermediate = await makeCa({ subject: "O=Elsewhere, CN=Intermediate CA", issuer: elsewhere });
      const pem = intermediate.certificate.toString();
      await changeData("west", "secret", "cacerts", () => ({
        "ca-cert.pem": pem,
        "ca-key.pem": privateKeyPem(intermediate),
        "cert-chain.pem": pem,
      }));
    },
    mend: repair,
  },
  {
    name: "another-authority-not-taken-up",
    done: "gave west a CA of its own, and did not restart its istiod",
    causes: ["signing-root west"],
    inject: () => giveAuthority(),
    mend: repair,
  },
  {
    name: "another-root",
    done: "installed west with a CA of its own",
    causes: ["roots-differ east west"],
    inject: async () => {
      await giveAuthority();
      await restartIstiod();
    },
    mend: byHand(
      /bring back the Secret cacerts .*then restart its istiod and its workloads/,
      "`isthmus drift --repair`, then istiod and workloads of west restarted",
      async (stack) => {
        await repairDrift(stack);
        await restartIstiod();
        await kubectl("west", ...inSystem, "rollout", "restart", "deployment", "istio-eastwestgateway");
        await kubectl("west", ...inShop, "rollout", "restart", "deployment");
        await rolledOut("west", "istio-eastwestgateway");
      },
    ),
  },
  {
    name: "workload-of-another-root",
    done: "made the workload of west while its istiod had a CA of its own, and gave that the former one back",
    causes: ["proxy-certificate west"],
    inject: async () => {
      const former = await giveAuthority();
      await restartIstiod();
      await kubectl("west", ...inShop, "rollout", "restart", "deployment", "basket");
      await kubectl("west", ...inShop, "rollout", "status", "deployment", "basket", "--timeout", "120s");
      await changeData("west", "secret", "cacerts", () => former);
      await restartIstiod();
    },
    mend: asTheHintSays,
  },
];
