/** A real Slurm on this machine: munge, a controller and two nodes on loopback, as an ordinary user. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { installSlurm } from './install.ts'

const run = promisify(execFile)

export type Daemon = 'munged' | 'slurmctld' | 'slurmd-n1' | 'slurmd-n2'

export interface Cluster {
  /** For commands of Slurm, and for builds that use it. */
  readonly variables: Readonly<Record<string, string>>
  start(daemon: Daemon): Promise<void>
  /** Kills one of its daemons with SIGKILL, by its own id. */
  kill(daemon: Daemon): Promise<void>
  /** Kills a node's daemon and all tasks that run there. */
  killNode(node: 'n1' | 'n2'): Promise<void>
  /** Indexes of the tasks that Slurm started anew, of the last minutes. */
  restarted(): Promise<readonly string[]>
  /** Starts daemons that do not run. */
  startAll(): Promise<void>
  /** Waits until the controller has written the state of its jobs once more. */
  savesState(): Promise<void>
  /** Runs a command of Slurm and returns its output. */
  slurm(command: string, ...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Starts a cluster and waits until both nodes are idle. */
export async function startCluster(): Promise<Cluster> {
  const prefix = await installSlurm()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'repro-slurm-')))
  const libraries = join(prefix, 'usr/lib/x86_64-linux-gnu')
  const conf = join(folder, 'slurm.conf')
  const variables = {
    SLURM_CONF: conf,
    LD_LIBRARY_PATH: [libraries, join(libraries, 'slurm-wlm')].join(delimiter),
    PATH: [join(prefix, 'usr/bin'), process.env.PATH].join(delimiter),
  }
  const program = (name: string) => join(prefix, 'usr/sbin', name)
  const ask = async (command: string, args: readonly string[]) =>
    (await run(command, args, { env: { ...process.env, ...variables } })).stdout

  // munged refuses folders that others may write to.
  for (const name of ['munge', 'state', 'log', 'spool-n1', 'spool-n2'])
    await mkdir(join(folder, name), { mode: 0o755 })
  await chmod(folder, 0o755)
  const munge = join(folder, 'munge')
  await writeFile(join(munge, 'key'), randomBytes(128), { mode: 0o600 })
  await writeFile(conf, configuration(folder, libraries, await freePorts(3)))
  await writeFile(
    join(folder, 'gres.conf'),
    nodes.map((name) => `NodeName=${name} Name=pi4xen Count=1\n`).join(''),
  )

  const pidOf = async (daemon: Daemon) => Number(await readFile(join(folder, `${daemon}.pid`), 'utf8'))
  const commands: Readonly<Record<Daemon, readonly [string, ...string[]]>> = {
    munged: [
      program('munged'),
      ...[`--key-file=${munge}/key`, `--socket=${munge}/socket`, `--pid-file=${folder}/munged.pid`],
      ...[`--log-file=${munge}/log`, `--seed-file=${munge}/seed`, '--force'],
    ],
    slurmctld: [program('slurmctld'), '-f', conf],
    'slurmd-n1': [program('slurmd'), '-d', program('slurmstepd'), '-f', conf, '-N', 'n1'],
    'slurmd-n2': [program('slurmd'), '-d', program('slurmstepd'), '-f', conf, '-N', 'n2'],
  }
  const cluster: Cluster = {
    variables,
    async start(daemon) {
      const [command, ...args] = commands[daemon]
      await ask(command, args)
    },
    async kill(daemon) {
      const pid = await pidOf(daemon)
      process.kill(pid, 'SIGKILL')
      await ended(pid)
    },
    async killNode(node) {
      // First: nothing starts there after that.
      await cluster.kill(`slurmd-${node}`)
      const listed = await ask('squeue', ['--noheader', '--array', `--nodelist=${node}`, '--format=%A'])
      const ids = listed.split('\n').flatMap((line) => line.trim() || [])
      for (const pid of processesOf(conf, ids)) tryKill(pid)
    },
    async restarted() {
      const jobs = await ask('scontrol', ['--oneliner', 'show', 'job'])
      return [...jobs.matchAll(/ArrayTaskId=(\d+) .*? Restarts=[1-9]/g)].map(([, index = '']) => index)
    },
    async startAll() {
      for (const daemon of ['munged', 'slurmctld', 'slurmd-n1', 'slurmd-n2'] as const) {
        const pid = await pidOf(daemon).catch(() => 0)
        if (pid === 0 || contentOf(`/proc/${pid}/stat`) === '') await cluster.start(daemon)
      }
    },
    async savesState() {
      const written = () => statSync(join(folder, 'state/job_state')).mtimeMs
      const nowMs = Date.now()
      const [job = ''] = (await ask('squeue', ['--noheader', '--format=%A'])).split('\n')
      // Something to write; it fails for tasks that have ended.
      await ask('scontrol', ['update', `jobid=${job.trim()}`, 'comment=saved']).catch(() => {})
      await until('the state of the jobs is saved', () => written() > nowMs)
    },
    slurm: (command, ...args) => ask(command, args),
    async stop() {
      await ask('scancel', [`--user=${userInfo().uid}`]).catch(() => {})
      await sleep(300)
      for (const daemon of ['slurmd-n1', 'slurmd-n2', 'slurmctld', 'munged'] as const) {
        const pid = await pidOf(daemon).catch(() => undefined)
        if (pid !== undefined) tryKill(pid)
      }
      for (const pid of processesOf(conf)) tryKill(pid)
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    for (const daemon of ['munged', 'slurmctld', 'slurmd-n1', 'slurmd-n2'] as const)
      await cluster.start(daemon)
    await until('both nodes are idle', async () => {
      const states = await ask('sinfo', ['--noheader', '--format=%D %t']).catch(() => '')
      return states.trim() === '2 idle'
    })
    return cluster
  } catch (error) {
    const log = await readFile(join(folder, 'log/slurmctld.log'), 'utf8').catch(() => '')
    await cluster.stop()
    throw new Error(`Slurm does not start:\n${log.split('\n').slice(-20).join('\n')}`, { cause: error })
  }
}

const nodes = ['n1', 'n2'] as const

function configuration(folder: string, libraries: string, ports: readonly number[]): string {
  const user = userInfo().username
  const host = hostname().split('.')[0]
  const [controller, ...own] = ports
  return `ClusterName=repro
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
PluginDir=${libraries}/slurm-wlm
PlugStackConfig=/dev/null
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket,cred_expire=10
CredType=cred/munge
SlurmctldPort=${controller}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
KillWait=5
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=2
SlurmdParameters=config_overrides
GresTypes=pi4xen
${nodes.map((name, index) => `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${own[index]} CPUs=2 RealMemory=1000 Gres=pi4xen:1 State=UNKNOWN`).join('\n')}
PartitionName=boards Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
`
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  for (const server of servers) server.close()
  return ports
}

/** Processes of a cluster's tasks: of those with these ids, or of all. */
function processesOf(conf: string, ids?: readonly string[]): readonly number[] {
  const all = pids().map((pid) => ({ pid, parent: parentOf(pid), line: contentOf(`/proc/${pid}/cmdline`) }))
  const isStep = ({ pid, line }: { readonly pid: number; readonly line: string }) => {
    const id = /slurmstepd: \[(\d+)\./.exec(line)?.[1]
    const isOurs = contentOf(`/proc/${pid}/environ`).includes(`SLURM_CONF=${conf}\0`)
    return id !== undefined && isOurs && (ids === undefined || ids.includes(id))
  }
  const found = new Set(all.filter(isStep).map(({ pid }) => pid))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function parentOf(pid: number): number {
  const stat = contentOf(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return '' // it has ended
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function ended(pid: number): Promise<void> {
  await until(`process ${pid} has ended`, () => contentOf(`/proc/${pid}/stat`) === '')
}

/** Waits, at most two minutes. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - startedMs > 120_000) throw new Error(`waited in vain until ${what}`)
    await sleep(100)
  }
}
