import { readFileSync } from "node:fs";

/** Prints one line with the counts of a test run, from the runner's JSON report; fails where nothing ran. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const report = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Report;
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`tests: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
process.exit(report.numPassedTests > 0 && report.numFailedTests === 0 ? 0 : 1);
