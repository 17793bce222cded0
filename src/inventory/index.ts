export { ageText, createInventory, type Inventory } from './inventory';
export { holdTagName, type InventoryResource, type KnownTags, type Sight } from './model';
export { chainOf, holdTagValue, parentInId, tagHold, tagsOf, type TagHold } from './plan';
export { inventoryPermissions } from './permissions';
