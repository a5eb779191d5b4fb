import { z } from "zod";
import { worded } from "../wording";
import { objectName } from "./primitives";

/** What the reference of an image is made of (distribution/reference, the grammar of Docker's and Kubernetes' images). */
const host = "([A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?|\\[[0-9a-fA-F:.]+\\])(:\\d{1,5})?";
const component = "[a-z0-9]+([._-]+[a-z0-9]+)*";
const tag = "[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}";
const digest = "@sha256:[0-9a-f]{64}";

/** A registry with the path at which the images are, `docker.io/istio`. */
export function imageHub(): z.ZodString {
  return worded(z.string().regex(new RegExp(`^${host}(/${component})*$`)), {
    expected: "an image registry and path",
    example: "docker.io/istio",
    mend: (value) => {
      if (value.includes("://")) return "Take out the scheme.";
      if (value.endsWith("/")) return "Take out the slash at the end.";
      if (/[:@][^/:@]*$/.test(value)) return "Take out what follows the path: the tag is written elsewhere.";
      return mendCase(value);
    },
  });
}

/** The tag of an image; a digest may follow. */
export function imageTag(): z.ZodString {
  return worded(z.string().regex(new RegExp(`^${tag}(${digest})?$`)), {
    expected: "an image tag",
    example: "1.31.1",
    mend: (value) => (value.startsWith(":") ? "Take out the leading colon." : undefined),
  });
}

/** Names of Secrets by which images are pulled: of objects of Kubernetes, DNS subdomains. */
export function imagePullSecrets(): z.ZodArray<z.ZodString> {
  const name = objectName("the name of a Secret", "registry-credentials", (value) =>
    value.includes("/") ? "Take out the namespace: a pod pulls by Secrets of its own namespace." : undefined,
  );
  return worded(z.array(name), { expected: "a list of names of Secrets", example: "[registry-credentials]" });
}

/** An image by its whole name. */
export function image(example: string): z.ZodString {
  return worded(z.string().regex(new RegExp(`^(${host}/)?${component}(/${component})*(:${tag})?(${digest})?$`)), {
    expected: "an image",
    example,
    mend: (value) => (value.includes("://") ? "Take out the scheme." : mendCase(value)),
  });
}

function mendCase(value: string): string | undefined {
  const path = value.slice(value.indexOf("/") + 1);
  return value.includes("/") && /[A-Z]/.test(path) ? "Write the path in lower-case letters." : undefined;
}
