namespace CloudBackup;

/// <summary>A name and the secret that belongs to it, such as access key and secret key.</summary>
/// <param name="UserName">The name.</param>
/// <param name="Password">The secret.</param>
internal sealed record StorageCredential(string UserName, string Password)
{
    /// <summary>Signs in with nothing, whatever is kept.</summary>
    public static StorageCredential None { get; } = new("", "");

    /// <summary>The name alone (I7).</summary>
    public override string ToString() => UserName;
}
