// What is done on each of the pages, in the order of the test.
export { voices } from "./voices.mjs";
export { plan } from "./plan.mjs";
export { agreement, weighting } from "./weighting.mjs";
export { history, life } from "./history.mjs";
