import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import { boot, closeOnSignal, end } from './boot.js';
import { createHttpApp } from './http/configure-app.js';
import { launchProjector } from './launch-projector.js';
import { PositionAwaiter } from './projecting/await-position.js';

const booted = await boot({ attach: false });
const { config, runtime } = booted;
const app = await createHttpApp(ApiModule.forRoot(booted, false), config);
const projector = launchProjector(booted, (projection) => app.get(PositionAwaiter).moved(projection));
projector.failed.catch(end);
closeOnSignal(async () => {
  await app.close();
  await projector.close();
  await runtime.close();
});
await app.listen(config.port, config.host);
new Logger('Tenure').log(`The API listens on ${await app.getUrl()}, its documentation is at /docs`);
