/**
 * Events that only Xen on x86 writes, as rows of `eventtable.ts`: HVM guests (xen/arch/x86/hvm/), PV guests
 * (xen/arch/x86/pv/trace.c), shadow page tables (xen/arch/x86/mm/shadow/), idle states and interrupts
 * (xen/arch/x86/acpi/cpu_idle.c, xen/arch/x86/irq.c).
 */

export type EventRow = readonly [id: number, name: string, ...layouts: string[]]

/** Layouts of a hypercall (TRC_PV_HYPERCALL_V2): `present` has two bits per argument; arguments follow. */
export const hypercallLayouts: readonly string[] = Array.from({ length: 7 }, (_, words) =>
  ['op:20 present:12', ...Array.from({ length: words }, (__, i) => `word${i + 1}`)].join(' '),
)

const fault = ['entry address flags', 'entry:64 address flags', 'entry:64 address:64 flags']
const address = ['address', 'address:64']
const frame = ['frame', 'frame:64']
const frameAndAddress = ['frame address', 'frame:64 address', 'frame:64 address:64']
const written = [
  'entry written address flags:29 count:3',
  'entry:64 written:64 address flags:29 count:3',
  'entry:64 written:64 address:64 flags:29 count:3',
]
const irqMask = ['irq vector mask0', 'irq:16 vector:16 mask0:64 mask1:64 mask2:64']
const trap = 'trap:15 hasErrorCode:1 errorCode:16'

export const x86Rows: readonly EventRow[] = [
  [0x81001, 'hvm entry', ''],
  ...widths(0x81002, 'hvm exit', 'reason rip*'),
  ...widths(0x81003, 'hvm svm exit', 'reason rip*'),
  [0x81401, 'hvm nested entry', ''],
  ...widths(0x81402, 'hvm nested exit', 'reason rip*'),
  ...widths(0x81403, 'hvm nested svm exit', 'reason rip*'),

  ...widths(0x82001, 'hvm page fault in xen', 'errorCode address*'),
  ...widths(0x82002, 'hvm inject page fault', 'errorCode address*'),
  [0x82003, 'hvm inject exception', 'vector errorCode:i32?'],
  [0x82004, 'hvm inject interrupt', 'vector fake'],
  [0x82005, 'hvm reinject interrupt', 'vector'],
  [0x82006, 'hvm io read', 'port bytes'],
  [0x82007, 'hvm io write', 'port bytes'],
  ...widths(0x82008, 'hvm cr read', 'register value*'),
  ...widths(0x82009, 'hvm cr write', 'register value*'),
  [0x8200a, 'hvm dr read', ''],
  [0x8200b, 'hvm dr write', ''],
  [0x8200c, 'hvm msr read', 'register value:64'],
  [0x8200d, 'hvm msr write', 'register value:64'],
  // No subleaf before Xen 4.7.
  [0x8200e, 'hvm cpuid', 'leaf eax ebx ecx edx', 'leaf subleaf eax ebx ecx edx'],
  // AMD does not record which.
  [0x8200f, 'hvm interrupt', '', 'vector'],
  [0x82010, 'hvm nmi', ''],
  [0x82011, 'hvm smi', ''],
  [0x82012, 'hvm vmmcall', 'function'],
  [0x82013, 'hvm halt', 'pending'],
  ...widths(0x82014, 'hvm invlpg', 'isInvlpga address*'),
  [0x82015, 'hvm machine check', ''],
  // No value if it is in memory.
  ...widths(0x82016, 'hvm port read', 'port*', 'port* value*'),
  ...widths(0x82017, 'hvm mmio read', 'address*', 'address* value*'),
  [0x82018, 'hvm clts', ''],
  ...widths(0x82019, 'hvm lmsw', 'value*'),
  [0x8201a, 'hvm rdtsc', 'value:64'],
  [0x82020, 'hvm interrupt window', 'value', 'vector source pending:i32?'],
  [0x82021, 'hvm nested page fault', 'address:64 machineFrame:64? qualification type'],
  [0x82022, 'hvm real mode', ''],
  [0x82023, 'hvm trap', 'vector'],
  [0x82024, 'hvm debug trap', 'qualification'],
  [0x82025, 'hvm virtual apic', ''],
  [0x82126, 'hvm xcr read', 'register value:64'],
  [0x82127, 'hvm xcr write', 'register value:64'],
  ...widths(0x82216, 'hvm port write', 'port*', 'port* value*'),
  ...widths(0x82217, 'hvm mmio write', 'address*', 'address* value*'),

  [0x84001, 'hvm hpet start', 'timer irq timeout:64 period:64'],
  [0x84002, 'hvm pit start', 'timeout period'],
  [0x84003, 'hvm rtc start', 'timeout period'],
  [0x84004, 'hvm lapic start', 'timeout:64 period:64 irq'],
  [0x84005, 'hvm hpet stop', 'timer'],
  [0x84006, 'hvm pit stop', ''],
  [0x84007, 'hvm rtc stop', ''],
  [0x84008, 'hvm lapic stop', ''],
  [0x84009, 'hvm pit callback', ''],
  [0x8400a, 'hvm lapic callback', ''],
  [0x8400b, 'hvm pic output', 'output isMaster irq'],
  [0x8400c, 'hvm pic kick', 'irq'],
  [0x8400d, 'hvm pic acknowledge', 'isMaster irq'],
  [0x8400e, 'hvm pic rising edge', 'irq'],
  [0x8400f, 'hvm pic falling edge', 'irq'],
  [0x84010, 'hvm pic pending', 'accepted output'],
  [0x84011, 'hvm lapic accepts pic', 'target accepted'],

  ...widths(0x201001, 'pv hypercall', 'rip* op'),
  ...widths(0x201003, 'pv trap', `rip* ${trap}`),
  ...widths(0x201004, 'pv page fault', 'rip* address* errorCode'),
  ...widths(0x201005, 'pv forced invalid op', 'rip*'),
  ...widths(0x201006, 'pv privileged op', 'rip*'),
  ...widths(0x201007, 'pv 4 gb segment', 'rip*'),
  ...widths(0x201008, 'pv restore math state', ''),
  ...widths(0x201009, 'pv paging fixup', 'rip* address*'),
  ...widths(0x20100a, 'pv descriptor fault', 'rip* offset*'),
  ...widths(0x20100b, 'pv page table write', 'entry:64 address* rip*'),
  ...widths(0x20100c, 'pv page table write pae', 'entry:64 address* rip*'),
  [0x20100d, 'pv hypercall arguments', ...hypercallLayouts],

  ...levels(0x40f001, 'shadow not shadow', fault),
  ...levels(0x40f002, 'shadow fast propagate', address),
  ...levels(0x40f003, 'shadow fast mmio', address),
  ...levels(0x40f004, 'shadow false fast path', address),
  ...levels(0x40f005, 'shadow mmio', address),
  ...levels(0x40f006, 'shadow fixup', fault),
  ...levels(0x40f007, 'shadow domain dying', address),
  ...levels(0x40f008, 'shadow emulate', written),
  ...levels(0x40f009, 'shadow unshadow user', frameAndAddress),
  ...levels(0x40f00a, 'shadow unshadow event', frameAndAddress),
  ...levels(0x40f00b, 'shadow unshadow unhandled', frameAndAddress),
  ...levels(0x40f00c, 'shadow find writable', frame),
  ...levels(0x40f00d, 'shadow unpin', frame),
  ...levels(0x40f00e, 'shadow resync full', frame),
  ...levels(0x40f00f, 'shadow resync only', frame),

  [0x801002, 'idle entry', 'state timerTicks expectedUs predictedUs'],
  [0x801003, 'idle exit', 'state timerTicks irq0 irq1 irq2 irq3'],
  [0x802001, 'irq cleanup delayed', 'irq vector cpu'],
  [0x802002, 'irq cleanup', 'irq vector cpu'],
  [0x802003, 'irq bind vector', ...irqMask],
  [0x802004, 'irq clear vector', ...irqMask],
  [0x802005, 'irq move finish', 'irq vector cpu'],
  [0x802006, 'irq assign vector', ...irqMask],
  [0x802007, 'irq unmapped vector', 'vector'],
  [0x802008, 'irq handled', 'irq startTicks endTicks'],
]

/** Expands an event into its 32-bit and 64-bit (TRC_64_FLAG) forms; a star marks fields that widen. */
function widths(id: number, name: string, ...layouts: readonly string[]): readonly EventRow[] {
  return [
    [id, name, ...layouts.map((layout) => layout.replaceAll('*', ''))],
    [id | 0x100, `${name} 64`, ...layouts.map((layout) => layout.replaceAll('*', ':64'))],
  ]
}

/** Expands an event for guests with 2, 3 (PAE) and 4 levels of page tables, with ever wider fields. */
function levels(id: number, name: string, layouts: readonly string[]): readonly EventRow[] {
  return [
    [id, name, ...layouts],
    [id | 0x100, `${name} pae`, ...layouts],
    [id | 0x200, `${name} 64`, ...layouts],
  ]
}
