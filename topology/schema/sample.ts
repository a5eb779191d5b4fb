import { z } from "zod";
import { worded } from "../wording";
import { image, imageHub } from "./images";
import { oneOf } from "./primitives";

export const sampleSchema = worded(
  z.strictObject({
    hub: imageHub()
      .optional()
      .describe("Registry and path of the image `examples-helloworld-v1`. Default: that of Istio's images."),
    clientImage: image("docker.io/curlimages/curl:8.16.0")
      .default("docker.io/curlimages/curl:8.16.0")
      .describe("Image with `curl` and `sleep`, which makes the calls. Default: docker.io/curlimages/curl:8.16.0."),
    pullSecrets: oneOf(["named", "copied"])
      .default("named")
      .describe(
        "How the sample gets the Secrets of `imagePullSecrets`. Its namespace is made for each run, so nobody can have put them there. `named`: its pods name them, for clusters where something brings them into every namespace. `copied`: `isthmus verify` reads them in `istio-system` and copies them into that namespace, which it deletes in the end; whoever may read Secrets there can read them meanwhile. Default: named, because credentials are not spread unasked.",
      ),
  }),
  { expected: "a mapping with the keys hub, clientImage, pullSecrets", example: "{ hub: docker.io/istio }" },
).describe("The sample application by which `isthmus verify` tries the mesh.");
