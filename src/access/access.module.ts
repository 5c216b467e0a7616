import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { AccessGuard } from './access.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeys } from './api-keys.service.js';
import { FirstAdminKey } from './first-admin-key.js';
import { OidcTokens } from './oidc-tokens.js';

/**
 * Guards every route of the application it is imported into. Needs a DataSource that knows the entity ApiKey and its
 * migration.
 */
@Module({})
export class AccessModule {
  static forRoot(options: AccessOptions): DynamicModule {
    return {
      module: AccessModule,
      controllers: [ApiKeysController],
      providers: [
        ApiKeys,
        FirstAdminKey,
        { provide: ACCESS_OPTIONS, useValue: options },
        { provide: OidcTokens, useValue: options.oidc ? new OidcTokens(options.oidc) : null },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}
