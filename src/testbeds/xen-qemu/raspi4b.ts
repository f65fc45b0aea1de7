/**
 * QEMU's model of the Raspberry Pi 4 Model B: four Cortex-A72, GIC-400, 2 GB. The device tree has only what
 * experiments on domUs need and the model implements (QEMU: hw/arm/raspi4b.c, bcm2838.c); with the Pi's own
 * tree Xen finds devices that are not modelled.
 */
import { type DeviceTree, deviceTreeBlob, wide } from './devicetree.ts'

/** Load addresses in the first gigabyte, clear of Xen at its start and the GPU's memory at its end. */
export const kernelAddress = 0x20000000
export const ramdiskAddress = 0x24000000

const gic = 1
/** Page of the spin table: QEMU's start-up code polls its words for entry addresses. */
const spinTable = { address: 0, bytes: 0x1000, first: 0xd8 }

export interface Content {
  readonly cpus: number
  readonly kernelBytes: number
  readonly ramdiskBytes: number
  readonly xenOptions: string
  readonly dom0Options: string
}

export function deviceTree(content: Content): Uint8Array {
  return deviceTreeBlob(tree(content), [[spinTable.address, spinTable.bytes]])
}

function tree({ cpus, kernelBytes, ramdiskBytes, xenOptions, dom0Options }: Content): DeviceTree {
  return {
    '#address-cells': [2],
    '#size-cells': [2],
    'interrupt-parent': [gic],
    model: 'Raspberry Pi 4 Model B (QEMU)',
    compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711'],
    chosen: {
      '#address-cells': [2],
      '#size-cells': [2],
      'stdout-path': '/serial@fe201000',
      'xen,xen-bootargs': xenOptions,
      [`module@${kernelAddress.toString(16)}`]: {
        compatible: ['multiboot,kernel', 'multiboot,module'],
        reg: [...wide(kernelAddress), ...wide(kernelBytes)],
        bootargs: dom0Options,
      },
      [`module@${ramdiskAddress.toString(16)}`]: {
        compatible: ['multiboot,ramdisk', 'multiboot,module'],
        reg: [...wide(ramdiskAddress), ...wide(ramdiskBytes)],
      },
    },
    cpus: {
      '#address-cells': [1],
      '#size-cells': [0],
      ...Object.fromEntries(
        Array.from({ length: cpus }, (_, number) => [
          `cpu@${number}`,
          {
            device_type: 'cpu',
            compatible: 'arm,cortex-a72',
            reg: [number],
            'enable-method': 'spin-table',
            'cpu-release-addr': wide(spinTable.first + 8 * number),
          },
        ]),
      ),
    },
    // The top of the first gigabyte belongs to the GPU. QEMU 10 replaces all memory nodes of the root by one
    // for the first gigabyte, so the second is nested deeper, where Xen up to 4.18 finds it as well.
    'memory@0': { device_type: 'memory', reg: [...wide(0), ...wide(0x3c000000)] },
    upper: {
      '#address-cells': [2],
      '#size-cells': [2],
      'memory@40000000': { device_type: 'memory', reg: [...wide(0x40000000), ...wide(0x40000000)] },
    },
    // Private interrupts 13, 14, 11, 10: secure, physical, virtual, hypervisor; level, low, all processors.
    timer: {
      compatible: 'arm,armv8-timer',
      interrupts: [13, 14, 11, 10].flatMap((number) => [1, number, 0xf08]),
    },
    'interrupt-controller@ff841000': {
      compatible: 'arm,gic-400',
      '#interrupt-cells': [3],
      'interrupt-controller': true,
      reg: [0xff841000, 0x1000, 0xff842000, 0x2000, 0xff844000, 0x2000, 0xff846000, 0x2000].flatMap(wide),
      interrupts: [1, 9, 0xf04],
      phandle: [gic],
    },
    'serial@fe201000': {
      compatible: ['arm,pl011', 'arm,primecell'],
      reg: [...wide(0xfe201000), ...wide(0x200)],
      interrupts: [0, 121, 4],
    },
  }
}
