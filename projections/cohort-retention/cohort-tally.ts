/** What is counted of one currency in the cells of a cohort, each array by k, 0 where nothing is. */
interface MoneyTally {
  readonly amountMinor: number[];
  readonly services: number[];
  readonly clients: number[];
  /** the client and the cell that were counted last, so that a client counts once in a cell */
  client: number;
  k: number;
}

/** What one cohort comes to, while its clients are gone through one by one, the services of each in their order. */
export class CohortTally {
  clients = 0;
  servicesBefore = 0;
  /** windows are elapsed time: how many clients were observed for so many whole windows */
  readonly observed = new Map<number, number>();
  /** by k: clients in the cell, or, in modes of which a client is in cells from one on, how many come and go there */
  readonly cells: number[] = [];
  /** by the code of the currency */
  readonly money = new Map<number, MoneyTally>();

  add(k: number, clients: number): void {
    addAt(this.cells, k, clients);
  }

  addMoney(client: number, k: number, currency: number, amountMinor: number): void {
    let money = this.money.get(currency);
    if (!money) {
      money = { amountMinor: [], services: [], clients: [], client: -1, k: -1 };
      this.money.set(currency, money);
    }
    addAt(money.amountMinor, k, amountMinor);
    addAt(money.services, k, 1);
    if (money.client === client && money.k === k) return;
    money.client = client;
    money.k = k;
    addAt(money.clients, k, 1);
  }
}

/** Without holes, which would make the array slow. */
function addAt(totals: number[], k: number, addend: number): void {
  while (totals.length <= k) totals.push(0);
  totals[k] = (totals[k] as number) + addend;
}
