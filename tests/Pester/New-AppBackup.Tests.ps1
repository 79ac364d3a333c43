Describe 'New-AppBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'backs up an app that is named' {
        $backup = New-AppBackup wiki.example.com
        $backup | Should -BeOfType CloudBackup.AppBackup
        $backup.Id | Should -Match '^app_wiki\.example\.com_v1\.2\.0_[0-9a-f]{8}$'
        $backup.State | Should -Be Ready
        $backup.Site | Should -Be local
        $backup.Created | Should -BeOfType DateTimeOffset
        $backup.SourceSize | Should -BeGreaterThan 15000
        (Get-StoredFile $root) -replace '^.*_v1\.2\.0' | Should -Be '.backupinfo', '.index.gz', '.tar.gz'
    }

    It 'takes wildcards, and locations and apps from the pipeline' {
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
        (New-AppBackup *).Location | Should -Be 'shop.example.com', 'wiki.example.com'
        ('wiki.example.com', 'shop*' | New-AppBackup).Location | Should -Be 'wiki.example.com', 'shop.example.com'
        (Get-BackupApp | New-AppBackup | Test-AppBackup -Quiet) | Should -Be $true, $true
    }

    It 'keeps a label, preserves, and stores to the site that I name' {
        $null = New-BackupSite second filesystem -Path "$root/other" -ExternalDisk
        $backup = New-AppBackup wiki.example.com -Label 'before the storm' -Preserve -Site second
        $backup.Label | Should -Be 'before the storm'
        $backup.PreserveUntil | Should -Be ([DateTimeOffset]::MaxValue)
        $backup.Site | Should -Be second
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'makes an archive that tar reads' -Skip:(-not (Get-Command tar -CommandType Application -ErrorAction Ignore)) {
        $null = New-AppBackup wiki.example.com
        $archive = Get-StoredFile $root | Where-Object { $_ -like '*.tar.gz' }
        $null = New-Item -ItemType Directory "$root/out"
        tar -xzf "$root/site/$archive" -C "$root/out"
        $LASTEXITCODE | Should -Be 0
        Get-Fingerprint "$root/out/data" | Should -Be (Get-Fingerprint "$root/data")
    }

    It 'makes plain folders at a site of the format Rsync, which share what has not changed' {
        Set-BackupSite local -Format Rsync
        $first, $second = 1, 2 | ForEach-Object { New-AppBackup wiki.example.com }
        $second.Format | Should -Be Rsync
        foreach ($backup in $first, $second) {
            Get-ChildItem "$root/site/$($backup.RemotePath)/data" -File -Name | Should -Be page.txt, photo.jpg
            (Get-Item "$root/site/$($backup.RemotePath)/data/photo.jpg").LinkType | Should -Be HardLink
        }
        Restore-AppBackup $first.Id -Destination "$root/out"
        Get-Fingerprint "$root/out/data" | Should -Be (Get-Fingerprint "$root/data")
    }

    It 'leaves out what the app excludes' {
        Set-BackupApp wiki.example.com -Exclude '*.jpg'
        $null = New-AppBackup wiki.example.com | Restore-AppBackup -Destination "$root/out"
        Test-Path "$root/out/data/page.txt" | Should -BeTrue
        Test-Path "$root/out/data/photo.jpg" | Should -BeFalse
    }

    It 'tells its steps with -Verbose' {
        $told = New-AppBackup wiki.example.com -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        $told.Message -like 'Backing up wiki.example.com 1.2.0 to local*' | Should -HaveCount 1
        $told.Message -like 'Backed up wiki.example.com*' | Should -HaveCount 1
    }

    It 'goes on with the other apps when one fails' {
        $null = New-Item -ItemType Directory "$root/gone"
        $null = Register-BackupApp broken.example.com -Version 1 -DataDirectory "$root/gone"
        Remove-Item "$root/gone"
        $made = Get-BackupApp | New-AppBackup -ErrorVariable failures -ErrorAction SilentlyContinue
        $made.Location | Should -Be wiki.example.com
        $failures[0].FullyQualifiedErrorId | Should -Be 'DataDirectoryUnusable,CloudBackup.Commands.NewAppBackupCommand'
    }

    It 'fails with the command that failed, and stores nothing' {
        Set-BackupApp wiki.example.com -PreBackupCommand sh, -c, 'echo disk is tired; exit 3'
        { New-AppBackup wiki.example.com -ErrorAction Stop } | Should -Throw -ErrorId 'CommandFailed,CloudBackup.Commands.NewAppBackupCommand'
        Get-StoredFile $root | Should -BeNullOrEmpty
        (Get-AppBackup).State | Should -Be Failed
    }

    It 'stops the rest cleanly when the pipeline ends early' {
        'a', 'b' | ForEach-Object { $null = Register-BackupApp $_ -Version 3 -DataDirectory (New-Item -ItemType Directory "$root/more-$_") }
        $first = New-AppBackup * | Select-Object -First 1
        $first.State | Should -Be Ready
        (Get-AppBackup).State | Should -Not -Contain Creating
        (New-AppBackup *).Count | Should -Be 3
    }

    It 'stores nothing with -WhatIf' {
        New-AppBackup * -WhatIf | Should -BeNullOrEmpty
        Get-AppBackup | Should -BeNullOrEmpty
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'names an app and a site that do not exist' {
        { New-AppBackup nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AppNotFound,CloudBackup.Commands.NewAppBackupCommand'
        { New-AppBackup wiki.example.com -Site nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.NewAppBackupCommand'
    }
}
