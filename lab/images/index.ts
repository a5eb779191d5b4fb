export { labImages, type ImageSources } from "./images";
export { writeImage, type ImageEntry, type ImageSpec } from "./oci";
