import { z } from "zod";
import { worded } from "../wording";
import { image, imageHub } from "./images";

export const sampleSchema = worded(
  z.strictObject({
    hub: imageHub()
      .optional()
      .describe("Registry and path of the image `examples-helloworld-v1`. Default: that of Istio's images."),
    clientImage: image("docker.io/curlimages/curl:8.16.0")
      .default("docker.io/curlimages/curl:8.16.0")
      .describe("Image with `curl` and `sleep`, which makes the calls. Default: docker.io/curlimages/curl:8.16.0."),
  }),
  { expected: "a mapping with the keys hub, clientImage", example: "{ hub: docker.io/istio }" },
).describe("The sample application by which `isthmus verify` tries the mesh.");
