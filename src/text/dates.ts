/** Days, written as in ISO 8601. */

/** Whether a text is a day that there is, as `2026-11-29`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  // 2026-02-31 is an invalid date, or becomes one in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** Whether a day, or a time that begins with one, lies after `today` anywhere on earth. */
export function isFuture(text: string, today: string): boolean {
  const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return text.slice(0, 10) > tomorrow
}
