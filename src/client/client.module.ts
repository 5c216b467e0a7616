import { Module } from '@nestjs/common';
import { BillingController } from './billing/billing.controller.js';
import { ChangeClientHandler } from './change-client.js';
import { ClientCommands } from './client-commands.js';
import { ComplaintController } from './complaints/complaint.controller.js';
import { ContactController } from './contact/contact.controller.js';
import { IdentityController } from './identity/identity.controller.js';
import { Merges } from './identity/merges.service.js';
import { LifecycleController } from './lifecycle/lifecycle.controller.js';
import { BookingController } from './plans/booking.controller.js';
import { FollowUpWorkController } from './plans/follow-up-work.controller.js';
import { PlanController } from './plans/plan.controller.js';
import { AccessNoteController } from './record/access-note.controller.js';
import { AccessNotes } from './record/access-notes.service.js';
import { ContactPersonController } from './record/contact-person.controller.js';
import { DetailsController } from './record/details.controller.js';
import { EquipmentController } from './record/equipment.controller.js';
import { NoteController } from './record/note.controller.js';
import { PreferenceController } from './record/preference.controller.js';
import { PropertyController } from './record/property.controller.js';

/** The API of commands to clients. Their decisions (ClientDecisions) come with the core, where the command line has them too. */
@Module({
  controllers: [
    LifecycleController,
    ComplaintController,
    DetailsController,
    NoteController,
    PreferenceController,
    PropertyController,
    AccessNoteController,
    EquipmentController,
    ContactPersonController,
    PlanController,
    BookingController,
    FollowUpWorkController,
    BillingController,
    ContactController,
    IdentityController,
  ],
  providers: [ChangeClientHandler, ClientCommands, Merges, AccessNotes],
  exports: [Merges],
})
export class ClientModule {}
