import { Rejection, type Decision } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { changed, given, noItems, type Items } from '../items.js';
import { slice } from '../slice.js';
import type { Equipment, Retirement, Warranty } from './equipment.events.js';

export type InstallEquipment = ClientCommandOf<'InstallEquipment', Equipment>;
export type RetireEquipment = ClientCommandOf<'RetireEquipment', Retirement>;
export type RecordWarranty = ClientCommandOf<'RecordWarranty', Warranty>;

export interface EquipmentMark {
  readonly installedOn?: string;
  readonly retired: boolean;
  /** the last day of its warranty, where one was recorded */
  readonly warrantyUntil?: string;
}

export const equipmentSlice = slice<InstallEquipment | RetireEquipment | RecordWarranty>()({
  initial: noItems<EquipmentMark>(),
  evolve: {
    EquipmentInstalled: (all, { data: { equipmentId, installedOn } }) =>
      all.set(equipmentId, { retired: false, ...given({ installedOn }) }),
    EquipmentRetired: (all, { data }) => changed(all, data.equipmentId, { retired: true }),
    WarrantyRecorded: (all, { data }) => changed(all, data.equipmentId, { warrantyUntil: data.until }),
  },
  decide: {
    InstallEquipment: (all, { data, at }) =>
      all.has(data.equipmentId)
        ? Rejection.illegal('installed', 'install-once', `equipment ${data.equipmentId} is already recorded`)
        : [{ type: 'EquipmentInstalled', data, occurredAt: at }],
    RetireEquipment: (all, { data, at }) =>
      inUse(all, data.equipmentId, () => [{ type: 'EquipmentRetired', data, occurredAt: at }]),
    RecordWarranty: (all, { data, at }) =>
      inUse(all, data.equipmentId, ({ installedOn }) =>
        installedOn !== undefined && data.until < installedOn
          ? Rejection.invalid('until', `must not lie before the installation (${installedOn})`)
          : [{ type: 'WarrantyRecorded', data, occurredAt: at }],
      ),
  },
});

function inUse(
  all: Items<EquipmentMark>,
  equipmentId: string,
  decide: (equipment: EquipmentMark) => Decision<ClientEvent>,
): Decision<ClientEvent> {
  const equipment = all.get(equipmentId);
  if (!equipment) return Rejection.unknown(`the client has no equipment ${equipmentId}`);
  if (equipment.retired) {
    return Rejection.illegal('retired', 'equipment-in-use', `equipment ${equipmentId} is retired`);
  }
  return decide(equipment);
}
