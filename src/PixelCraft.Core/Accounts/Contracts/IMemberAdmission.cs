namespace PixelCraft.Accounts.Contracts;

/// <summary>Makes members without regard to who may register: for <c>pixelcraft member add</c>, not for requests.</summary>
public interface IMemberAdmission
{
    /// <summary>Makes an account; <see cref="Registration.Invitation"/> is not looked at. The outcome is registered or invalid.</summary>
    Task<RegisterResult> AdmitAsync(Registration registration, bool administrator, CancellationToken cancellationToken);
}
