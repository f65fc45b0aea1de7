/** A report as its HTML page, with its problems. */

import { writeHtml } from '../../src/report/html/page.ts'
import type { ReportProblem } from '../../src/report/model.ts'
import { makeReport, type ReportInput } from '../../src/report/report.ts'

export async function renderReport(
  input: ReportInput,
): Promise<{ readonly html: string; readonly problems: readonly ReportProblem[] }> {
  const report = await makeReport(input)
  return { html: writeHtml(report).text, problems: report.problems }
}
