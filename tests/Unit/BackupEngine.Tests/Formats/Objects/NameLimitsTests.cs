using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
using CloudBackup.Storage;

namespace CloudBackup.Tests.Formats.Objects;

public sealed class NameLimitsTests
{
    private static readonly StorageCapabilities Disk = new();

    [Fact]
    public void Names_that_fit_pass()
    {
        var limits = new NameLimits(Disk, NameForm.Plain, 0);
        limits.Add(new string('x', 255));
        limits.Add("data/" + new string('é', 127));
        limits.Check();
        Assert.Empty(limits.Offenders);
    }

    [Fact]
    public void Every_offending_name_is_listed_once_with_the_folders_above_it()
    {
        var limits = new NameLimits(Disk, NameForm.Encrypted, 40);
        var longest = new string('a', 156);
        var tooLong = new string('b', 157);
        limits.Add($"data/{longest}");
        limits.Add($"data/{tooLong}/one");
        limits.Add($"data/{tooLong}/two");
        limits.Add($"data/{tooLong}/{tooLong}");
        limits.Add($"data/c/{tooLong}");
        limits.Add("data/ok");
        var failure = Assert.Throws<BackupException>(limits.Check);
        Assert.Equal("NamesUnstorable", failure.ErrorId);
        Assert.Equal([$"data/{tooLong}", $"data/{tooLong}/{tooLong}", $"data/c/{tooLong}"], Assert.IsType<string[]>(failure.Target));
        Assert.Contains("157 bytes", failure.Message);
    }

    [Fact]
    public void A_suffix_counts_for_files_and_not_for_folders()
    {
        var limits = new NameLimits(Disk, NameForm.Suffixed, 0);
        limits.Add($"{new string('f', 255)}/{new string('x', 251)}");
        limits.Add($"g/{new string('x', 252)}");
        Assert.Equal([$"g/{new string('x', 252)}"], limits.Offenders);
    }

    [Fact]
    public void Paths_count_with_the_folder_that_they_are_stored_in()
    {
        var place = new StorageCapabilities { LongestPath = 100 };
        var limits = new NameLimits(place, NameForm.Plain, 50);
        limits.Add(new string('x', 49));
        limits.Add(new string('y', 50));
        limits.Add($"z/{new string('z', 48)}");
        Assert.Equal([new string('y', 50), $"z/{new string('z', 48)}"], limits.Offenders);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(100)]
    [InlineData(156)]
    public void The_length_of_an_encrypted_name_is_known_beforehand(int bytes)
    {
        using var keys = BackupKeys.Derive("x"u8);
        Assert.Equal(new FileNameCipher(keys).Encrypt(new string('n', bytes)).Length, FileNameCipher.EncryptedLength(bytes));
    }

    [Fact]
    public void Names_that_the_storage_does_not_know_are_refused()
    {
        var raw = PathText.FromBytes([0x61, 0xFF]);
        var place = new StorageCapabilities { TakesAnyBytes = false, ForbiddenCharacters = NameRules.Windows.ForbiddenCharacters };
        var limits = new NameLimits(place, NameForm.Plain, 0);
        foreach (var name in new[] { "a:b", "dot.", "fine", "new\nline", raw, "sp ace" })
        {
            limits.Add($"data/{name}");
        }
        Assert.Equal(["data/a:b", "data/dot.", "data/new\nline", $"data/{raw}"], limits.Offenders);
        var encrypted = new NameLimits(place, NameForm.Encrypted, 0);
        encrypted.Add($"data/{raw}");
        encrypted.Check();
    }

    [Fact]
    public void Names_that_differ_only_in_case_are_refused_where_that_does_not_count()
    {
        var place = new StorageCapabilities { IsCaseInsensitive = true };
        var limits = new NameLimits(place, NameForm.Plain, 0);
        foreach (var path in new[] { "data/A/x", "data/B", "data/B-/y", "data/a/x", "data/b", "data/c/B" })
        {
            limits.Add(path);
        }
        Assert.Equal(["data/a", "data/b"], limits.Offenders);
    }

    [Fact]
    public void A_folder_that_is_called_as_a_files_object_is_refused()
    {
        var limits = new NameLimits(Disk, NameForm.Suffixed, 0);
        foreach (var path in new[]
        {
            "data/a", "data/a b", "data/a b.enc/x", "data/a-", "data/a.enc/y", "data/a.enc.enc/z", "data/b.enc/x", "data/c", "data/c.ENC/x", "data/d/e", "data/d/e.enc/f", "data/e.enc/g", "x", "x.enc/y",
        })
        {
            limits.Add(path);
        }
        Assert.Equal(["data/a b.enc", "data/a.enc", "data/d/e.enc", "x.enc"], limits.Offenders);
        Assert.Contains("'a b'", limits.Reasons[0], StringComparison.Ordinal);
        var plain = new NameLimits(Disk, NameForm.Plain, 0);
        plain.Add("data/a");
        plain.Add("data/a.enc/y");
        plain.Check();
    }

    [Fact]
    public void Bytes_that_are_no_text_hide_no_collision()
    {
        // The byte C3 alone, then C3 A9, which is a letter, in between.
        var limits = new NameLimits(Disk, NameForm.Suffixed, 0);
        var raw = PathText.FromBytes([0xC3]);
        limits.Add($"data/{raw}");
        limits.Add($"data/{raw}.enc/x");
        Assert.Equal([$"data/{raw}.enc"], limits.Offenders);
        limits = new NameLimits(Disk, NameForm.Suffixed, 0);
        limits.Add($"data/{raw}");
        limits.Add($"data/{PathText.FromBytes([0xC3, 0x21])}");
        limits.Add($"data/{raw}.enc/x");
        Assert.Equal([$"data/{raw}.enc"], limits.Offenders);
    }

    [Fact]
    public void Where_case_does_not_count_it_is_the_objects_names_that_must_differ()
    {
        var limits = new NameLimits(new StorageCapabilities { IsCaseInsensitive = true }, NameForm.Suffixed, 0);
        foreach (var path in new[] { "data/A", "data/a.enc/x", "data/b.enc/x", "data/c", "data/c.enc/y" })
        {
            limits.Add(path);
        }
        Assert.Equal(["data/a.enc", "data/c.enc"], limits.Offenders);
    }

    [Fact]
    public void Names_that_the_storage_keeps_for_itself_are_refused()
    {
        var place = new StorageCapabilities { IsReserved = name => name.StartsWith(".tmp", StringComparison.Ordinal) };
        var limits = new NameLimits(place, NameForm.Plain, 0);
        limits.Add("data/.tmp-1");
        limits.Add("data/.tmp-2/x");
        limits.Add("data/tmp");
        Assert.Equal(["data/.tmp-1", "data/.tmp-2"], limits.Offenders);
        limits = new NameLimits(place, NameForm.Suffixed, 0);
        limits.Add("data/.tmp-1");
        limits.Add("data/.tmp-2/x");
        Assert.Equal(["data/.tmp-2"], limits.Offenders);
    }
}
