/**
 * Events that Xen 4.13 to 4.20 write on all machines, one row each: id, name and fields (x86-only events are
 * in `eventtablex86.ts`). Ids come from xen/include/public/trace.h, fields from the structures that Xen
 * passes to its trace functions (xen/common/sched/, before 4.14 xen/common/sched*.c).
 *
 * A field is `name:bits`; 32 bits if omitted, signed with `i` before them, and with a trailing `?` if all
 * ones mean that there is no value. Fields follow one another from the low bits of the first word; `_` is
 * padding. Each further layout is for another number of words. To add an event, add a row.
 */

import { type EventRow, hypercallLayouts, x86Rows } from './eventtablex86.ts'

const vcpu = 'vcpu:16 domain:16'
const unit = 'unit:16 domain:16'
const reset = `${unit} creditBefore:i32 creditAfter:i32`
const runqueueLoad = 'load:64 balanceLoad:64 units:16 runqueue:8 shift:8'
const balance = 'load:64 otherLoad:64 runqueue:16 otherRunqueue:16'
const tickled = `${unit} tickledCpu:i32?`
const burn = `${unit} budgetNs:64 deltaNs:i32`
const deadline = 'deadlineNs:64 budgetNs:64'

export const rows: readonly EventRow[] = [
  [0x1f001, 'lost records', 'count domain:16 vcpu:16 firstTicks:64'],
  [0x1f002, 'buffer wrap', ''],
  [0x1f003, 'pCPU change', 'cpu bytes'],
  [0x1f004, 'interrupt cost', 'vector count cycles mostCycles'],

  // The scheduler's core. events.ts generates the 16 runstate changes, as Xen does.
  [0x21002, 'continue running', vcpu],
  [0x28001, 'domain add', 'domain'],
  [0x28002, 'domain remove', 'domain'],
  [0x28003, 'sleep', 'domain vcpu'],
  [0x28004, 'wake', 'domain vcpu'],
  [0x28005, 'yield', 'domain vcpu'],
  [0x28006, 'block', 'domain vcpu'],
  [0x28007, 'shutdown', 'domain vcpu reason'],
  [0x28008, 'scheduler control', ''],
  [0x28009, 'adjust domain', 'domain'],
  [0x2800a, 'switch', 'fromDomain fromVcpu toDomain toVcpu'],
  [0x2800b, 'scheduler timer', ''],
  [0x2800c, 'tick timer', ''],
  [0x2800d, 'domain timer', ''],
  [0x2800e, 'switch from', 'domain unit ranNs'],
  [0x2800f, 'switch to', 'domain unit waitedNs sliceNs?'],
  [0x28010, 'shutdown code', 'domain vcpu reason'],
  [0x28011, 'switch continue', 'domain unit ranNs sliceNs?'],

  [0x22001, 'credit tasklet', ''],
  [0x22002, 'credit account start', 'domain unit activeUnits'],
  [0x22003, 'credit account stop', 'domain unit activeUnits'],
  [0x22004, 'credit stolen unit', 'peerCpu domain unit'],
  [0x22005, 'credit picked pCPU', 'domain unit cpu'],
  [0x22006, 'credit tickle', 'cpu'],
  [0x22007, 'credit boost start', 'domain unit'],
  [0x22008, 'credit boost end', 'domain unit'],
  [0x22009, 'credit schedule', 'cpu:16 tasklet:8 idle:8'],
  [0x2200a, 'credit ratelimit', `${unit} ranNs`],
  [0x2200b, 'credit steal check', 'peerCpu checked'],

  [0x22201, 'credit2 tick', ''],
  [0x22202, 'credit2 runqueue position', `${unit} position`],
  [0x22203, 'credit2 burn', `${unit} credit:i32 budget:i32 delta:i32`],
  [0x22204, 'credit2 credit add', ''],
  [0x22205, 'credit2 tickle check', `${unit} credit:i32 score:i32`],
  [0x22206, 'credit2 tickle', 'cpu:16 _:16'],
  // Xen 4.13.0 and older (also 4.12.2 and 4.11.3, but not later stable releases) end with a multiplier.
  [0x22207, 'credit2 reset', reset, `${reset} multiplier`],
  [0x22208, 'credit2 tasklet', ''],
  [0x22209, 'credit2 update load', ''],
  [0x2220a, 'credit2 runqueue assign', `${unit} runqueue:16 _:16`],
  [0x2220b, 'credit2 unit load', `load:64 ${unit} shift`],
  [0x2220c, 'credit2 runqueue load', `${runqueueLoad} _:32`, runqueueLoad],
  [0x2220d, 'credit2 tickle new', `${unit} cpu credit:i32`],
  [0x2220e, 'credit2 max weight', 'runqueue:16 weight:16'],
  [0x2220f, 'credit2 migrate', `${unit} fromRunqueue:16 toRunqueue:16`],
  [0x22210, 'credit2 load check', 'runqueue:16 otherRunqueue:16 loadDelta'],
  [0x22211, 'credit2 load balance', `${balance} _:32`, balance],
  // Xen's xentrace/formats numbers these five one too low; its scheduler writes them as here.
  [0x22213, 'credit2 picked pCPU', `load:64 ${unit} runqueue:i16 cpu:16`],
  // The same versions have the number of skipped units in between.
  [0x22214, 'credit2 candidate', `${tickled} credit:i32`, `${tickled} skipped credit:i32`],
  [0x22215, 'credit2 schedule', 'cpu:16 runqueue:16 tasklet:8 idle:8 smtIdle:8 tickled:8'],
  [0x22216, 'credit2 ratelimit', `${unit} ranNs`],
  [0x22217, 'credit2 candidate check', unit],

  [0x22801, 'rtds tickle', 'cpu:16 _:16'],
  [0x22802, 'rtds pick', `${unit} ${deadline}`],
  // No priorities before Xen 4.10. Up to 4.17 the last field is one byte; the rest of its word is noise.
  [0x22803, 'rtds burn', `${burn} priority extraTime:8 _:24`, burn],
  [0x22804, 'rtds replenish', `${unit} priority ${deadline}`, `${unit} ${deadline}`],
  [0x22805, 'rtds tasklet', ''],
  [0x22806, 'rtds schedule', 'cpu:16 tasklet:8 tickled:4 idle:4'],

  [0x22a01, 'null picked pCPU', `${unit} cpu`],
  [0x22a02, 'null assign', `${unit} cpu`],
  [0x22a03, 'null deassign', `${unit} cpu`],
  [0x22a04, 'null migrate', `${unit} fromCpu:16 toCpu:16`],
  // Unit and domain are -1 where the pCPU has none.
  [0x22a05, 'null schedule', 'tasklet:16 cpu:16 unit:i16? domain:i16?'],
  [0x22a06, 'null tasklet', ''],

  [0x41001, 'dom0 domain add', 'domain'],
  [0x41002, 'dom0 domain remove', 'domain'],

  [0x10f001, 'grant map', 'domain'],
  [0x10f002, 'grant unmap', 'domain'],
  [0x10f003, 'grant transfer', 'domain'],
  [0x10f004, 'memory set entry', 'frame:64? machineFrame:64? type domain:16 order:16'],
  // Same length in all versions: up to Xen 4.17 the order is the upper half of the domain's word (and the
  // last word is noise), from 4.18 a word of its own (and that half is zero). Both are shown, as nothing
  // tells them apart.
  [0x10f005, 'memory decrease', 'frame:64? domain:16 order16:16 order32'],
  [0x10f010, 'memory populate', 'frame:64? machineFrame:64? domain:16 order16:16 order32'],
  [0x10f011, 'memory reclaim zero', 'frame:64? machineFrame:64? domain:16 order16:16 order32'],
  [0x10f012, 'memory splinter', 'frame:64? domain:16 _:16 order32'],

  // An entry of a multicall; common code, so Arm writes it too.
  [0x20200e, 'multicall entry', ...hypercallLayouts],

  [0x801001, 'frequency change', 'fromMhz toMhz'],

  ...x86Rows,
]
