using System.Text.Json;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Layout;

/// <content>Between the stored record, its bytes, and what users see of the backup.</content>
internal sealed partial record BackupInfo
{
    /// <summary>The record as it is stored, before encryption.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BackupInfoJson.Default.BackupInfo);

    /// <summary>Reads a stored record, after decryption.</summary>
    /// <exception cref="JsonException">The bytes are not a record, or a value in it is not valid, or it is of a newer version.</exception>
    public static BackupInfo FromBytes(ReadOnlySpan<byte> bytes) =>
        BackupInfoRules.Check(OutsideJson.Read(bytes, BackupInfoJson.Default.BackupInfo));

    /// <summary>Whether bytes that cannot be read are a record of the backup at a path, perhaps of a newer version.</summary>
    public static bool IsMeantFor(byte[] bytes, string remotePath)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement is { ValueKind: JsonValueKind.Object } record
                && record.TryGetProperty("remotePath", out var path) && path.ValueKind == JsonValueKind.String && path.ValueEquals(remotePath);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The record of a backup whose content was stored.</summary>
    public static BackupInfo Of(
        SiteBackup backup, FormatResult result, EncryptionFacts? encryption, SourceIssues issues, RunCounters counters)
    {
        var (app, platform) = (backup as AppBackup, backup as PlatformBackup);
        return new()
        {
            Id = backup.Id,
            Type = platform is null ? BackupType.App : BackupType.Box,
            AppId = app?.AppId,
            Location = app?.Location,
            PackageName = app?.PackageName,
            PlatformId = platform?.PlatformId,
            DependsOn = platform?.DependsOn,
            Apps = platform?.Apps,
            Version = backup.Version,
            RemotePath = backup.RemotePath,
            Format = backup.Format,
            State = backup.State,
            Created = backup.Created,
            MadeAfter = backup.MadeAfter,
            MadeAfterAlso = backup.MadeAfterAlso,
            DurationSeconds = backup.Duration.TotalSeconds,
            SourceSize = backup.SourceSize,
            AllocatedSize = counters.AllocatedBytes,
            FileCount = backup.FileCount,
            Skipped = backup.Skipped,
            Changed = issues.Changed,
            Missing = backup.Missing,
            Label = backup.Label,
            PreserveUntil = backup.PreserveUntil,
            Archive = result.Archive,
            Objects = result.Objects,
            Index = result.Index,
            Encryption = encryption,
            Generator = ProductVersion.Generator,
        };
    }

    /// <summary>The backup that the record tells of.</summary>
    /// <param name="site">The name of the site that holds it.</param>
    /// <param name="infoSize">The stored bytes of the record itself.</param>
    /// <param name="note">What was set later; null for nothing.</param>
    public SiteBackup ToBackup(string site, long infoSize, BackupNote? note) => Identity(site) with
    {
        Format = Format,
        State = State is BackupState.Partial ? BackupState.Partial : BackupState.Ready,
        MadeAfter = MadeAfter,
        MadeAfterAlso = MadeAfterAlso,
        Duration = TimeSpan.FromSeconds(DurationSeconds),
        Size = (Archive?.Size ?? 0) + (Objects?.Size ?? 0) + Index.Size + infoSize,
        SourceSize = SourceSize,
        FileCount = FileCount,
        Skipped = Skipped,
        Missing = Missing,
        Label = note is null ? Label : note.Label,
        PreserveUntil = note is null ? PreserveUntil : note.PreserveUntil,
    };

    /// <summary>What identifies the backup, and the time of its run.</summary>
    public SiteBackup Identity(string site) => Type == BackupType.Box
        ? new PlatformBackup
        {
            Id = Id,
            PlatformId = PlatformId!.Value,
            DependsOn = DependsOn ?? [],
            Apps = Apps ?? [],
            Version = Version,
            Site = site,
            RemotePath = RemotePath,
            KeyId = Encryption?.KeyId,
            Created = Created,
        }
        : new AppBackup
        {
            Id = Id,
            AppId = AppId!.Value,
            Location = Location!,
            PackageName = PackageName ?? "",
            Version = Version,
            Site = site,
            RemotePath = RemotePath,
            KeyId = Encryption?.KeyId,
            Created = Created,
        };
}
