import type { Written } from '../formats.ts'
import type { Report } from '../model.ts'
export function writeMarkdown(_report: Report, _folder: string): Written {
  return { text: '' }
}
