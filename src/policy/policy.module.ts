import { Module } from '@nestjs/common';
import { AdoptPolicyHandler } from './adopt-lapse-policy.js';
import { PolicyController } from './policy.controller.js';

/** The API of policies. The policies themselves (LapsePolicies) come with the core: every command goes by them. */
@Module({ controllers: [PolicyController], providers: [AdoptPolicyHandler] })
export class PolicyModule {}
