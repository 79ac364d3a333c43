using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Encryption;

public sealed class Cbv2Tests
{
    private static readonly BackupKeys Keys = BackupKeys.Derive("correct horse"u8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Sizes => [0, 1, 15, 16, 17, 31, 32, 262_143, 262_144, 262_145, 262_160, 1_048_575, 1_048_576, 1_048_577];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Every_size_comes_back(int size)
    {
        var content = new SeededRandom(size).Bytes(size);
        var file = await EncryptAsync(content);
        Assert.Equal(Cbv2.EncryptedLength(size), file.Length);
        Assert.Equal(content, await DecryptAsync(file));
        Assert.Equal(content, await DecryptAsync(file, MacCoverage.Either));
        Assert.Equal(content, await DecryptAsync(file, trickle: true));
    }

    [Fact]
    public async Task The_file_is_what_the_format_says()
    {
        var content = "some content"u8.ToArray();
        var vector = new SeededRandom(1).Bytes(16);
        var file = await EncryptAsync(content, vector);
        Assert.Equal("CBV2"u8.ToArray(), file[..4]);
        Assert.Equal(vector, file[4..20]);
        using var aes = Aes.Create();
        aes.SetKey(Keys.DataKey);
        Assert.Equal(content, aes.DecryptCbc(file[20..^32], vector));
        Assert.Equal(HMACSHA256.HashData(Keys.DataHmacKey, file.AsSpan(4..^32)), file[^32..]);
    }

    [Fact]
    public async Task Every_flipped_byte_is_found_and_no_end_of_content_is_reached()
    {
        var file = await EncryptAsync(new SeededRandom(1).Bytes(700));
        for (var i = 0; i < file.Length; i++)
        {
            var damaged = (byte[])file.Clone();
            damaged[i] ^= 1;
            await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync(damaged));
            await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync(damaged, MacCoverage.Either));
        }
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_found()
    {
        var file = await EncryptAsync(new SeededRandom(1).Bytes(700));
        for (var length = 0; length < file.Length; length++)
        {
            await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync(file[..length]));
        }
    }

    [Fact]
    public async Task Two_files_joined_a_longer_one_and_a_wrong_password_are_found()
    {
        var file = await EncryptAsync(new SeededRandom(1).Bytes(700));
        await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync([.. file, .. file]));
        await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync([.. file, 0]));
        await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync([.. file, .. new byte[16]]));
        using var other = BackupKeys.Derive("incorrect horse"u8);
        var stream = new Cbv2DecryptStream(new MemoryStream(file), other, MacCoverage.Either);
        await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => ReadAllAsync(stream));
    }

    [Fact]
    public async Task A_MAC_over_the_magic_too_is_accepted_when_asked_for()
    {
        var content = new SeededRandom(2).Bytes(300_000);
        var file = await EncryptAsync(content);
        HMACSHA256.HashData(Keys.DataHmacKey, file.AsSpan()[..^32], file.AsSpan()[^32..]);
        Assert.Equal(content, await DecryptAsync(file, MacCoverage.Either));
        await Assert.ThrowsAsync<WrongPasswordOrDamagedException>(() => DecryptAsync(file));
    }

    [Fact]
    public async Task A_source_that_fails_reaches_the_reader_as_it_is()
    {
        await using var stream = new Cbv2EncryptStream(new FailingStream(600_000, new InvalidOperationException("broke")), Keys, new byte[16]);
        Assert.Equal("broke", (await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAllAsync(stream))).Message);
    }

    [Fact]
    public async Task A_reader_that_stops_early_can_close()
    {
        var stream = new Cbv2EncryptStream(new FailingStream(long.MaxValue, null), Keys, new byte[16]);
        await stream.ReadExactlyAsync(new byte[1000], Token);
        await stream.DisposeAsync();
    }

    private static Task<byte[]> EncryptAsync(byte[] content, byte[]? vector = null) =>
        ReadAllAsync(new Cbv2EncryptStream(new MemoryStream(content), Keys, vector ?? RandomNumberGenerator.GetBytes(16)));

    private static Task<byte[]> DecryptAsync(byte[] file, MacCoverage coverage = MacCoverage.VectorAndCiphertext, bool trickle = false) =>
        ReadAllAsync(new Cbv2DecryptStream(trickle ? new TrickleStream(file) : new MemoryStream(file), Keys, coverage));

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        await using (stream)
        {
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, Token);
            return bytes.ToArray();
        }
    }
}
