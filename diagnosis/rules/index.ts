export { causesOf, type Awaited } from "./causes";
