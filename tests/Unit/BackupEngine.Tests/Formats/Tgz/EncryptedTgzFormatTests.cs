using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Formats.Tgz;
using CloudBackup.Reading;
using CloudBackup.Storage;
using CloudBackup.Tests.Conformance;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Tgz;

public sealed class EncryptedTgzFormatTests : FormatConformance
{
    private static readonly BackupKeys Keys = BackupKeys.Derive("correct horse"u8);

    private protected override IBackupFormat Format { get; } = new TgzFormat();

    private protected override CipherPair Cipher { get; } = new(Keys, encryptNames: true);

    private protected override IBackupStorage OpenStorage() => new MemoryStorage();

    private protected override async Task<List<long>> MembersAsync(IBackupStorage storage) => MembersOf(await ReadIndexAsync(storage));

    [Fact]
    public async Task Nothing_of_the_content_can_be_read_without_the_keys()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await File.WriteAllTextAsync(folder["source/secret-name"], "secret content", Token);
        await using var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        Assert.Equal([Paths.Archive, Paths.Index], storage.Objects.Keys.Order(StringComparer.Ordinal).OrderBy(path => path != Paths.Archive));
        Assert.All(storage.Objects.Values, bytes => Assert.True(bytes.AsSpan().StartsWith("CBV2"u8)));
        using var others = BackupKeys.Derive("incorrect horse"u8);
        var wrong = new BackupOpener(others, encryptNames: true, MacCoverage.Either);
        Assert.Throws<WrongPasswordOrDamagedException>(() => wrong.Decrypt(storage.Objects[Paths.Index]));
        Assert.Throws<WrongPasswordOrDamagedException>(() => wrong.Decrypt(storage.Objects[Paths.Archive]));
    }

    [Fact]
    public async Task An_archive_that_was_changed_anywhere_is_never_taken_for_whole()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(3), files: 20, largest: 3000);
        await using var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        var archive = storage.Objects[Paths.Archive];
        var random = new SeededRandom(4);
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])archive.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 + random.Next(255));
            await storage.WriteAsync(Paths.Archive, ObjectContent.FromBytes(damaged), WriteMode.Replace, Token);
            var target = new CheckTarget("");
            var failure = await Record.ExceptionAsync(() => ReadAsync(storage, target, Token));
            Assert.True(failure is WrongPasswordOrDamagedException or BackupException { Category: BackupErrorCategory.Damaged }, $"{failure}");
        }
    }
}
