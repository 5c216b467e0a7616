export { FromCaller } from '../access/caller.js';
