import { expect, it } from '@jest/globals';
import { FORGOTTEN } from '../../src/event-store/forgotten.js';
import { openedOrForgotten, seal } from '../../src/event-store/personal-seal.js';

/** As it was stored when sealing began; it must be readable for ever. */
const stored = {
  fields: ['text'],
  sealed: 'I+qD1pszqKXY8HgnIeNO3y4hrrkre4ihz8qmK0A8iTFVOYt+MwOOGjsbcmuBzGYkFtJYrmG5oe9M7w==',
};
const key = Buffer.alloc(32, 7);
const place = 'client-1/e1/NoteAdded';

it('what was sealed long ago is opened by its key, where it stands', () => {
  expect(openedOrForgotten(key, place, stored)).toEqual({ text: 'the dog is friendly' });
});

it('no other key opens it, and in no other place is it taken for genuine', () => {
  expect(() => openedOrForgotten(Buffer.alloc(32, 8), place, stored)).toThrow();
  expect(() => openedOrForgotten(key, 'client-2/e1/NoteAdded', stored)).toThrow();
});

it('without its key it is forgotten; with a key that is missing it is neither read nor taken for forgotten', () => {
  expect(openedOrForgotten(null, place, stored)).toEqual({ text: FORGOTTEN });
  expect(() => openedOrForgotten('missing', place, stored)).toThrow('no key');
});

it('the same sealed twice does not look the same', () => {
  expect(seal(key, place, { text: 'x' }).sealed).not.toBe(seal(key, place, { text: 'x' }).sealed);
});
