import { PolicyPack } from "@pulumi/policy";
import { asPolicy } from "./shell";
import { rules } from "./rules";

/** The pack as Pulumi loads it. */
new PolicyPack("isthmus", { policies: rules.map(asPolicy) });
