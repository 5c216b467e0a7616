import { preferredType } from './accept.js';

const JSON_OR_CSV = ['application/json', 'text/csv'];

describe('content negotiation', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; header=present', 'text/csv'],
    ['text/*', 'text/csv'],
    ['text/csv, application/json', 'application/json'],
    ['text/csv, application/json;q=0.9', 'text/csv'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
    ['application/json;q=0, */*', 'text/csv'],
    ['text/csv;q=0, text/*, application/json;q=0.1', 'application/json'],
  ])('%s asks for %s', (accept, type) => {
    expect(preferredType(accept, JSON_OR_CSV)).toBe(type);
  });

  it.each([
    'text/html',
    'application/xml, image/*',
    '*/*;q=0',
    'application/json;q=0',
    'nonsense',
    'text/csv;q=2',
  ])('%s asks for nothing that is to be had', (accept) => {
    expect(preferredType(accept, JSON_OR_CSV)).toBeNull();
  });
});
