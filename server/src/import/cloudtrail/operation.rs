//! What kind of thing an API call of AWS is, by its name.

use Operation as O;
use daybook_model::Operation;

/// Names that say something other than they begin with. Assuming a role begins no sign-in of a
/// person: services do it all day, so it is an execution.
const BY_NAME: &[(&str, Operation)] = &[
    ("ConsoleLogin", O::Login),
    ("AssumeRole", O::Execute),
    ("AssumeRoleWithSAML", O::Execute),
    ("AssumeRoleWithWebIdentity", O::Execute),
    ("CreateAccessKey", O::TokenCreated),
    ("CreateServiceSpecificCredential", O::TokenCreated),
    ("DeleteAccessKey", O::TokenRevoked),
    ("DeleteServiceSpecificCredential", O::TokenRevoked),
    ("UploadSSHPublicKey", O::SshKeyAdded),
    ("ImportKeyPair", O::SshKeyAdded),
    ("DeleteSSHPublicKey", O::SshKeyDeleted),
    ("DeleteKeyPair", O::SshKeyDeleted),
    ("InviteAccountToOrganization", O::InviteSent),
    ("AcceptHandshake", O::InviteAccepted),
    ("LeaveOrganization", O::MemberRemoved),
    ("RemoveAccountFromOrganization", O::MemberRemoved),
    ("AddUserToGroup", O::PermissionsChanged),
    ("RemoveUserFromGroup", O::PermissionsChanged),
    ("UpdateAssumeRolePolicy", O::PermissionsChanged),
    ("PutBucketPolicy", O::PermissionsChanged),
    ("DeleteBucketPolicy", O::PermissionsChanged),
    ("PutBucketAcl", O::PermissionsChanged),
    ("PutObjectAcl", O::PermissionsChanged),
    ("PutKeyPolicy", O::PermissionsChanged),
    ("PutResourcePolicy", O::PermissionsChanged),
    ("DeleteResourcePolicy", O::PermissionsChanged),
    ("CreatePolicyVersion", O::PermissionsChanged),
    ("SetDefaultPolicyVersion", O::PermissionsChanged),
    ("StartSecretVersionDelete", O::Delete),
    ("EndSecretVersionDelete", O::Delete),
];

/// What the names begin with. The first that fits is it.
const BY_PREFIX: &[(&str, Operation)] = &[
    ("AddPermission", O::PermissionsChanged),
    ("RemovePermission", O::PermissionsChanged),
    ("Get", O::Read),
    ("List", O::Read),
    ("Describe", O::Read),
    ("Head", O::Read),
    ("BatchGet", O::Read),
    ("Lookup", O::Read),
    ("Search", O::Read),
    ("Query", O::Read),
    ("Scan", O::Read),
    ("Select", O::Read),
    ("Check", O::Read),
    ("Export", O::Export),
    ("Start", O::Start),
    ("Stop", O::Stop),
    ("Reboot", O::Restart),
    ("Restart", O::Restart),
    ("Create", O::Create),
    ("Run", O::Create),
    ("Allocate", O::Create),
    ("Register", O::Create),
    ("Import", O::Create),
    ("Copy", O::Create),
    ("Upload", O::Create),
    ("Delete", O::Delete),
    ("Terminate", O::Delete),
    ("Deregister", O::Delete),
    ("Release", O::Delete),
    ("Put", O::Update),
    ("Update", O::Update),
    ("Modify", O::Update),
    ("Set", O::Update),
    ("Add", O::Update),
    ("Remove", O::Update),
    ("Attach", O::Update),
    ("Detach", O::Update),
    ("Associate", O::Update),
    ("Disassociate", O::Update),
    ("Tag", O::Update),
    ("Untag", O::Update),
    ("Enable", O::Update),
    ("Disable", O::Update),
    ("Authorize", O::Update),
    ("Revoke", O::Update),
    ("Replace", O::Update),
    ("Restore", O::Update),
    ("Invoke", O::Execute),
    ("Send", O::Execute),
    ("Execute", O::Execute),
];

/// `AttachRolePolicy`, `PutUserPolicy`, … say who may do what.
fn is_grant(name: &str) -> bool {
    ["Attach", "Detach", "Put", "Delete"].iter().any(|verb| {
        name.strip_prefix(verb)
            .is_some_and(|rest| matches!(rest, "UserPolicy" | "RolePolicy" | "GroupPolicy"))
    })
}

/// The operation that a call is.
pub(super) fn of(name: &str, read_only: bool) -> Operation {
    let by_name = BY_NAME.iter().find(|(known, _)| *known == name);
    if let Some((_, operation)) = by_name {
        return *operation;
    }
    if is_grant(name) {
        return O::PermissionsChanged;
    }
    if read_only {
        return O::Read;
    }
    BY_PREFIX
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        .map_or(O::Other, |(_, operation)| *operation)
}
