using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>Where a site's storage is. Each provider has its own settings; none of them holds a secret.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FileSystemSettings), "filesystem")]
[JsonDerivedType(typeof(S3Settings), "s3")]
[JsonDerivedType(typeof(NoopSettings), "noop")]
public abstract record StorageSettings
{
    /// <summary>The place in one line, for lists and messages.</summary>
    [JsonIgnore]
    public abstract string Place { get; }

    /// <summary>The folder of this machine that backups are in; null where they are elsewhere.</summary>
    internal virtual string? LocalFolder => null;

    /// <summary>Whether the administrator says that the local folder is on another disk than the server's own.</summary>
    internal virtual bool IsOnOtherDisk => false;

    /// <summary>The place.</summary>
    public sealed override string ToString() => Place;

    /// <summary>The same settings for another folder of this machine; null where backups are not in one.</summary>
    internal virtual StorageSettings? AtLocalFolder(string path) => null;
}

/// <summary>A folder on a disk or on a mounted share.</summary>
public sealed record FileSystemSettings : StorageSettings
{
    /// <summary>The folder. It must exist: a missing mount must not look like an empty disk.</summary>
    public required string Path { get; init; }

    /// <summary>True where files may not be shared between backups by hard links.</summary>
    public bool NoHardlink { get; init; }

    /// <summary>True when the administrator says that the folder is on another disk than the server's own.</summary>
    public bool ExternalDisk { get; init; }

    /// <inheritdoc/>
    public override string Place => Path;

    /// <inheritdoc/>
    internal override string LocalFolder => Path;

    /// <inheritdoc/>
    internal override bool IsOnOtherDisk => ExternalDisk;

    /// <inheritdoc/>
    internal override FileSystemSettings AtLocalFolder(string path) => this with { Path = path };
}

/// <summary>A bucket of an S3 store. The keys are kept apart from it.</summary>
public sealed record S3Settings : StorageSettings
{
    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region that the bucket is in; null for the provider's default.</summary>
    public string? Region { get; init; }

    /// <summary>The address of the store; null for the provider's own.</summary>
    /// <remarks>
    /// Keys do not belong here, and are not kept: what is before an <c>@</c> or behind a <c>?</c> or <c>#</c> is replaced by <c>***</c>, and such
    /// an address is refused.
    /// </remarks>
    public string? Endpoint
    {
        get;
        init => field = EndpointText.WithoutSecrets(value);
    }

    /// <summary>True when any certificate of the store is accepted: for stores of one's own.</summary>
    public bool AcceptSelfSignedCertificate { get; init; }

    /// <inheritdoc/>
    public override string Place => (Endpoint ?? Region) is { } where ? $"{Bucket} ({where})" : Bucket;
}

/// <summary>Backups are switched off.</summary>
public sealed record NoopSettings : StorageSettings
{
    /// <inheritdoc/>
    public override string Place => "(nowhere)";
}
