Describe 'Invoke-BackupCleanup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        Set-BackupSite local -Retention '2 last'
        $backups = 1..4 | ForEach-Object { New-AppBackup wiki.example.com }
    }

    It 'removes what the policy does not keep, and says why for each backup' {
        $decisions = Invoke-BackupCleanup -IncludeKept
        $decisions | Should -BeOfType CloudBackup.RetentionDecision
        $decisions.Id | Should -Be $backups[3, 2, 1, 0].Id
        $decisions.Reason | Should -Be 'last-1', 'last-2', 'outside-policy', 'outside-policy'
        $decisions.Outcome | Should -Be Kept, Kept, Removed, Removed
        (Get-AppBackup).Id | Should -Be $backups[3, 2].Id
        (Get-ChildItem "$root/site" -Directory).Count | Should -Be 2
    }

    It 'takes names and wildcards as a parameter, and names and sites from the pipeline' {
        (Invoke-BackupCleanup local -IncludeKept).Count | Should -Be 4
        (Invoke-BackupCleanup -Site loc* -IncludeKept).Count | Should -Be 2
        ('local' | Invoke-BackupCleanup -IncludeKept).Count | Should -Be 2
        (Get-BackupSite | Invoke-BackupCleanup -IncludeKept).Count | Should -Be 2
    }

    It 'shows the plan with -WhatIf, and touches nothing' {
        (Invoke-BackupCleanup -WhatIf).Where{ $_.Action -eq 'Remove' }.Id | Should -Be $backups[1, 0].Id
        (Get-AppBackup).Count | Should -Be 4
        (Get-ChildItem "$root/site" -Directory).Count | Should -Be 4
    }

    It 'keeps what is preserved' {
        Set-AppBackup $backups[0].Id -Preserve
        (Invoke-BackupCleanup -IncludeKept | Where-Object -Property Id -EQ $backups[0].Id).Reason | Should -Be preserved
        (Get-AppBackup).Id | Should -Be $backups[3, 2, 0].Id
    }

    It 'removes nothing when it would remove more than -MaxRemove' {
        { Invoke-BackupCleanup -MaxRemove 1 -ErrorAction Stop } | Should -Throw -ErrorId 'TooManyRemovals,CloudBackup.Commands.InvokeBackupCleanupCommand'
        (Get-AppBackup).Count | Should -Be 4
    }

    It 'changes nothing when the storage seems to be another one' {
        Get-ChildItem "$root/site" | Remove-Item -Recurse
        { Invoke-BackupCleanup -ErrorAction Stop } | Should -Throw -ErrorId 'StorageLooksEmpty,*'
        (Get-AppBackup).Count | Should -Be 4
    }

    It 'lets the last backup of an unregistered app go by the policy' {
        Unregister-BackupApp wiki.example.com -Confirm:$false
        Set-BackupSite local -Retention 'within 1 hour'
        (Invoke-BackupCleanup -IncludeKept).Reason | Select-Object -Unique | Should -Be 'within 1 hour'
    }

    It 'writes what went of an app when that app is done, not at the end' {
        foreach ($name in 1..8) {
            $null = New-Item -ItemType Directory "$root/$name"
            $null = Register-BackupApp "$name.example.com" -Version 1 -DataDirectory "$root/$name"
        }
        Set-BackupSite local -Retention '1 last'
        1..2 | ForEach-Object { $null = New-AppBackup *.example.com -Throttle 4 }
        $written = Invoke-BackupCleanup -Verbose 4>&1
        $removed = 0..($written.Count - 1) | Where-Object { $written[$_].Outcome -eq 'Removed' }
        $begun = 0..($written.Count - 1) | Where-Object { "$($written[$_])" -like 'Removing *' }
        $removed | Should -HaveCount 13
        $removed[0] | Should -BeLessThan $begun[-1]
    }

    It 'names a site that does not exist' {
        { Invoke-BackupCleanup nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.InvokeBackupCleanupCommand'
    }
}
