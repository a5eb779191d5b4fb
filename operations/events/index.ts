export { Causes } from "./causes";
export { EngineEvents } from "./engine-events";
export { EventSink, type Clock, type EventListener } from "./event-sink";
export type * from "./mesh-event";
export { subjectOf, subjectWords } from "./subject";
export { saysLockedOut, saysUnreachable } from "./unreachable";
export { eventsOf, type TranslationContext } from "./translate";
export { Waits } from "./waits";
