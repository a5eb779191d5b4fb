export { helmOnPath, type Helm } from "./helm";
export { interruptions } from "./judge";
export { longestComment, marker, toMarkdown, type MarkdownOptions } from "./markdown";
export * from "./model";
export { summarisePreview, type Listen, type Previewing } from "./preview-summary";
export { IncompletePreview } from "./read-preview";
export { condensed, Recording, type StackEvents } from "./recording";
export { summarise, type SummaryInput } from "./summarise";
export { toLines } from "./table";
