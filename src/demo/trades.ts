/** How clients of a trade behave, in the terms of the BG/NBD model, and what they buy. */
export interface TradeProfile {
  readonly trade: 'cleaning' | 'plumbing' | 'hvac' | 'electrical' | 'salon';
  readonly weight: number;
  /** days between two services of a typical client */
  readonly gapDays: number;
  /** how alike clients are in that: the shape of the gamma distribution of their rates */
  readonly alike: number;
  /** how regular one client is: 1 = at random, 4 = a habit */
  readonly regular: number;
  /** beta distribution of the probability to stay away for good after a service */
  readonly dropout: readonly [a: number, b: number];
  readonly services: readonly ServiceOffer[];
  readonly technicians: readonly string[];
  readonly complaints: readonly string[];
  readonly notes: readonly string[];
}

export interface ServiceOffer {
  readonly type: string;
  readonly weight: number;
  /** typical price in minor units */
  readonly price: number;
  readonly urgent?: boolean;
}

export const trades: readonly TradeProfile[] = [
  {
    trade: 'cleaning',
    weight: 34,
    gapDays: 16,
    alike: 2.5,
    regular: 4,
    dropout: [0.7, 11],
    services: [
      { type: 'regular clean', weight: 70, price: 12_000 },
      { type: 'deep clean', weight: 14, price: 28_000 },
      { type: 'window cleaning', weight: 10, price: 16_000 },
      { type: 'move-out clean', weight: 6, price: 42_000 },
    ],
    technicians: ['Rosa Lima', 'Mei Tan', 'Jonas Weber', 'Fatou Diallo'],
    complaints: ['quality', 'missed a room', 'late', 'damage'],
    notes: ['key under the blue pot', 'the dog is friendly', 'no bleach on the marble', 'park in the yard'],
  },
  {
    trade: 'salon',
    weight: 26,
    gapDays: 38,
    alike: 1.8,
    regular: 3,
    dropout: [0.8, 5],
    services: [
      { type: 'cut', weight: 52, price: 6_500 },
      { type: 'colour', weight: 26, price: 14_500 },
      { type: 'cut and colour', weight: 16, price: 18_500 },
      { type: 'treatment', weight: 6, price: 9_000 },
    ],
    technicians: ['Jo James', 'Ines Roca', 'Sam Park'],
    complaints: ['colour', 'waiting time', 'length'],
    notes: ['sensitive scalp', 'prefers mornings', 'likes to be called the day before'],
  },
  {
    trade: 'plumbing',
    weight: 16,
    gapDays: 230,
    alike: 1.1,
    regular: 1,
    dropout: [1, 3],
    services: [
      { type: 'drain cleaning', weight: 34, price: 18_500 },
      { type: 'leak repair', weight: 30, price: 24_000, urgent: true },
      { type: 'fixture installation', weight: 22, price: 36_000 },
      { type: 'water heater service', weight: 14, price: 21_000 },
    ],
    technicians: ['Pete Novak', 'Ada Quinn', 'Luis Ortega'],
    complaints: ['leak came back', 'late', 'price', 'mess left behind'],
    notes: ['main valve behind the washer', 'old galvanised pipes', 'tenant on site, owner pays'],
  },
  {
    trade: 'hvac',
    weight: 14,
    gapDays: 185,
    alike: 2.2,
    regular: 5,
    dropout: [0.7, 5],
    services: [
      { type: 'seasonal tune-up', weight: 62, price: 15_900 },
      { type: 'repair', weight: 24, price: 38_000, urgent: true },
      { type: 'filter replacement', weight: 11, price: 7_900 },
      { type: 'installation', weight: 3, price: 690_000 },
    ],
    technicians: ['Bo Lindqvist', 'Carmen Diaz', 'Tariq Aziz'],
    complaints: ['noise', 'not cooling', 'late', 'price'],
    notes: ['unit on the roof, ladder needed', 'filter 16x25x1', 'thermostat was replaced last year'],
  },
  {
    trade: 'electrical',
    weight: 10,
    gapDays: 260,
    alike: 0.9,
    regular: 1,
    dropout: [1, 2.6],
    services: [
      { type: 'fault finding', weight: 36, price: 19_500, urgent: true },
      { type: 'lighting', weight: 30, price: 32_000 },
      { type: 'panel upgrade', weight: 12, price: 240_000 },
      { type: 'inspection', weight: 22, price: 14_000 },
    ],
    technicians: ['Nia Owens', 'Viktor Hale'],
    complaints: ['breaker still trips', 'late', 'price'],
    notes: ['permit on file', 'panel in the garage', 'power off only after 17:00'],
  },
];

export const firstNames = [
  'Ada',
  'Ben',
  'Chloe',
  'Dev',
  'Elena',
  'Finn',
  'Grace',
  'Hugo',
  'Iris',
  'Jamal',
  'Kira',
  'Leo',
  'Maya',
  'Noah',
  'Olga',
  'Priya',
  'Quentin',
  'Ruth',
  'Sven',
  'Tara',
  'Umar',
  'Vera',
  'Wade',
  'Xenia',
  'Yusuf',
  'Zoe',
];
export const lastNames = [
  'Abbott',
  'Brandt',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Hansen',
  'Ito',
  'Jensen',
  'Kowalski',
  'Larsen',
  'Moreau',
  'Nguyen',
  'Okafor',
  'Petrov',
  'Quinn',
  'Rossi',
  'Santos',
  'Tanaka',
  'Ueda',
  'Varga',
  'Walsh',
  'Yilmaz',
  'Zhang',
];
export const companies = [
  'Bakery',
  'Dental Clinic',
  'Books',
  'Hotel',
  'Kindergarten',
  'Law Office',
  'Studio',
  'Warehouse',
];
export const streets = [
  'Birch Lane',
  'Canal Street',
  'Elm Road',
  'Harbour View',
  'King Street',
  'Mill Row',
  'Station Road',
];
export const sources = ['referral', 'search', 'advert', 'walk-in', 'directory', 'neighbour'];
export const channels = ['phone', 'web', 'e-mail', 'in person'];
export const owners = ['Dana', 'Kim', 'Robin'];
export const remedies = ['revisit', 'credit', 'apology', 'discount on the next visit'];
